import type { Message } from '../../consumers/batch.js'
import type { OutgoingMessage } from '../../producers/kafkaPort.js'
import type { Topic, Topology } from '../../src/topology.js'
import { keyHash } from '../../src/workflow/murmur2.js'
import { createGroup, type Group } from './group.js'
import type { Random } from './random.js'
import type { VirtualTime } from './time.js'

/** One topic: its partitions' logs, and the one group that reads it. */
export interface Log {
  readonly topic: Topic
  readonly partitions: readonly Message[][]
  readonly group: Group
}

/** Kafka in memory: logs with LogAppendTime, groups, and loss where it is allowed. */
export interface Kafka {
  log(topic: string): Log
  append(topic: string, message: OutgoingMessage): void
  /** What inner topics lose and repeat of what was acknowledged; 0: nothing. */
  spoil(odds: { readonly loss: number; readonly repeat: number }): void
}

export interface KafkaOptions {
  readonly topology: Topology
  readonly time: VirtualTime
  readonly random: Random
  /** How far its clock is ahead. */
  readonly aheadMs: number
  readonly trace: (text: () => string) => void
}

export function createKafka({ topology, time, random, aheadMs, trace }: KafkaOptions): Kafka {
  const logs = new Map(
    topology.all.map((topic): [string, Log] => {
      const partitions = Array.from({ length: topic.partitions }, (): Message[] => [])
      const group = createGroup({ topic: topic.name, partitions: topic.partitions, time, random, trace })
      return [topic.name, { topic, partitions, group }]
    }),
  )
  const log = (name: string): Log => {
    const found = logs.get(name)
    if (found === undefined) throw new Error(`there is no topic ${name}`)
    return found
  }
  const inner = new Set([...Object.values(topology.steps), topology.timers].map(({ name }) => name))
  let spoiled = { loss: 0, repeat: 0 }
  const put = ({ topic, partitions, group }: Log, { key, value, headers }: OutgoingMessage) => {
    const bytes = key === null ? null : Buffer.from(key)
    const partition = bytes === null ? 0 : keyHash(bytes.toString()) % partitions.length
    const messages = partitions[partition] ?? []
    const kept = { partition, offset: messages.length, key: bytes, value, headers: textsOf(headers) }
    messages.push({ ...kept, at: new Date(time.now() + aheadMs) })
    trace(() => `  ${topic.name}[${partition}] @${kept.offset} ${value?.toString().slice(0, 400)}`)
    group.appended(partition)
  }
  return {
    log,
    append: (topic, message) => {
      const isInner = inner.has(topic)
      if (isInner && random.chance(spoiled.loss)) {
        trace(() => `  ${topic} LOSES ${message.value?.toString().slice(0, 400)}`)
        return
      }
      put(log(topic), message)
      if (isInner && random.chance(spoiled.repeat)) put(log(topic), message)
    },
    spoil: (odds) => {
      spoiled = odds
    },
  }
}

function textsOf(headers: OutgoingMessage['headers'] = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, text.toString()]))
}
