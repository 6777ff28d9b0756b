import type { Codec, DecodeResult } from '../schemas/codec.js'
import type { DeadLetterStore, Letter } from '../src/store/ports/deadLetters.js'
import type { SchemaName, Topology } from '../src/topology.js'
import { derivedId, type LetterId, type ProjectId, parseId } from '../src/workflow/ids.js'
import type { Batch, Handler, Message } from './batch.js'

export interface LetterDeps {
  readonly deadLetters: Pick<DeadLetterStore, 'add'>
  readonly codec: Pick<Codec, 'decodeAll'>
  readonly topology: Topology
}

/** Keeps dead letters where they can be listed, looked into and redriven; the topic stays what is true. */
export function createDeadLettersHandler(deps: LetterDeps): Handler {
  return async (batch) => {
    const letters = await Promise.all(batch.messages.map((message) => letterOf(deps, batch, message)))
    await deps.deadLetters.add(letters)
    return { type: 'done' }
  }
}

const OURS = /^millrace-(id|reason|message|topic|partition|offset|size|sha256)$/

async function letterOf(deps: LetterDeps, batch: Batch, message: Message): Promise<Letter> {
  const { headers, key, value } = message
  const topic = headers['millrace-topic'] ?? ''
  const content = await contentOf(deps, topic, value)
  return {
    id: idOf(batch, message),
    status: 'PARKED',
    reason: headers['millrace-reason'] ?? 'unknown',
    message: headers['millrace-message'] ?? '',
    topic,
    partition: Number(headers['millrace-partition'] ?? -1),
    offset: headers['millrace-offset'] ?? '',
    key,
    value,
    size: Number(headers['millrace-size'] ?? value?.length ?? 0),
    sha256: headers['millrace-sha256'] ?? '',
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !OURS.test(name))),
    parkedAt: message.at,
    settledAt: null,
    ...content,
  }
}

/** What others put on the topic has no id of ours: its place is one. */
function idOf({ topic, partition }: Batch, { headers, offset }: Message): LetterId {
  const id = parseId<LetterId>(headers['millrace-id'] ?? '')
  return id ?? derivedId<LetterId>(['letter', topic, partition, offset])
}

type Content = Pick<Letter, 'decoded' | 'projectId'>

async function contentOf(deps: LetterDeps, topic: string, value: Buffer | null): Promise<Content> {
  if (value === null) return { decoded: null, projectId: null }
  const schema = deps.topology.all.find(({ name }) => name === topic)?.schema
  const decoded = schema === undefined || schema === 'raw' ? null : await decode(deps, schema, value)
  const content = decoded?.ok === true ? decoded.value : parsed(value)
  if (typeof content !== 'object' || content === null) return { decoded: null, projectId: null }
  return { decoded: JSON.stringify(content), projectId: projectOf(content) }
}

async function decode(
  { codec }: LetterDeps,
  schema: SchemaName,
  value: Buffer,
): Promise<DecodeResult<unknown> | undefined> {
  const [decoded] = await codec.decodeAll(schema, [value])
  return decoded
}

/** JSON that does not hold to its schema can still be looked at. */
function parsed(value: Buffer): unknown {
  try {
    return JSON.parse(value.toString('utf8')) as unknown
  } catch {
    return null
  }
}

function projectOf(content: object): ProjectId | null {
  const named = 'projectId' in content ? content.projectId : null
  return typeof named === 'string' ? parseId<ProjectId>(named) : null
}
