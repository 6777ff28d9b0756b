import { keyHash } from '../src/workflow/murmur2.js'
import type { Partitioner } from './client.js'

export interface OutgoingMessage {
  readonly key: string | Buffer | null
  readonly value: Buffer | null
  readonly headers?: Readonly<Record<string, string | Buffer>>
}

export interface TopicMessages {
  readonly topic: string
  readonly messages: readonly OutgoingMessage[]
}

/** What the client library takes; `hash` is kept so that a key is hashed once. */
interface HashedMessage {
  key: string | Buffer | null
  value: Buffer | null
  headers?: Record<string, string | Buffer>
  hash: number
}

type Round = { topic: string; messages: HashedMessage[] }[]

export interface Rounds {
  /** The produces that a send is made of: in each, at most 512 KiB a partition. */
  cut(records: readonly TopicMessages[]): Round[]
  /** `keyHash(key) % partitions`, which is what Java producers choose. */
  readonly partitionOf: Partitioner
}

/** A batch beyond a consumer's limit for a partition would be fetched alone, and one beyond the broker's never. */
export const ROUND_BYTES = 512 * 1024
/** More than what a record has around its key, value and headers. */
const RECORD_BYTES = 32

export function createRounds(): Rounds {
  /** Learned from what the broker says at each send; until then a topic counts as one partition. */
  const partitions = new Map<string, number>()
  let keyless = 0
  const toHashed = ({ key, value, headers }: OutgoingMessage): HashedMessage => {
    const hash = key === null ? keyless++ : keyHash(key.toString())
    return headers === undefined ? { key, value, hash } : { key, value, headers: { ...headers }, hash }
  }
  return {
    partitionOf: ({ topic, message, partitionMetadata }) => {
      partitions.set(topic, partitionMetadata.length)
      return (message as HashedMessage).hash % partitionMetadata.length
    },
    cut: (records) => {
      const hashed = records.map(({ topic, messages }) => ({ topic, messages: messages.map(toHashed) }))
      return isSmall(hashed) ? [hashed] : cutRounds(hashed, (topic) => partitions.get(topic) ?? 1)
    },
  }
}

/** Nearly every send: nothing to cut, whatever the partitions are. */
function isSmall(round: Round): boolean {
  let bytes = 0
  for (const { messages } of round) for (const message of messages) bytes += bytesOf(message)
  return bytes <= ROUND_BYTES
}

function cutRounds(whole: Round, partitionsOf: (topic: string) => number): Round[] {
  const { rounds, add } = createCutter()
  for (const { topic, messages } of whole) {
    const partitions = partitionsOf(topic)
    for (const message of messages) add(topic, message.hash % partitions, message)
  }
  return rounds
}

/** A partition's messages fill round after round, so that they stay in order. */
function createCutter() {
  const rounds: Round[] = []
  const lists = new Map<string, HashedMessage[]>()
  const filled = new Map<string, { round: number; bytes: number }>()
  const listOf = (topic: string, round: number): HashedMessage[] => {
    const known = lists.get(`${round} ${topic}`)
    if (known !== undefined) return known
    const messages: HashedMessage[] = []
    lists.set(`${round} ${topic}`, messages)
    while (rounds.length <= round) rounds.push([])
    rounds[round]?.push({ topic, messages })
    return messages
  }
  const add = (topic: string, partition: number, message: HashedMessage) => {
    const key = `${partition} ${topic}`
    const place = filled.get(key) ?? { round: 0, bytes: 0 }
    const bytes = bytesOf(message)
    const full = place.bytes > 0 && place.bytes + bytes > ROUND_BYTES
    const next = full ? { round: place.round + 1, bytes } : { round: place.round, bytes: place.bytes + bytes }
    filled.set(key, next)
    listOf(topic, next.round).push(message)
  }
  return { rounds, add }
}

function bytesOf({ key, value, headers }: HashedMessage): number {
  let bytes = RECORD_BYTES + (key?.length ?? 0) + (value?.length ?? 0)
  if (headers === undefined) return bytes
  for (const [name, text] of Object.entries(headers)) bytes += name.length + text.length + 8
  return bytes
}
