import { randomUUID } from 'node:crypto'
import { mongo } from 'mongoose'
import { keyHash } from '../src/workflow/murmur2.js'

/** The executions of one run, as its database has them. */
export interface Executions {
  readonly all: mongo.Collection
  close(): Promise<void>
}

export async function openExecutions(uri: string): Promise<Executions> {
  const client = new mongo.MongoClient(uri)
  await client.connect()
  return { all: client.db().collection('executions'), close: () => client.close() }
}

const CHUNK = 10_000

/** Copies of an execution that waits, each with an id and a contact of its own and `dueAt` by its number. */
export async function insertPending(
  { all }: Executions,
  like: mongo.Document,
  count: number,
  dueAt: (n: number) => Date,
): Promise<void> {
  for (let from = 0; from < count; from += CHUNK) {
    const length = Math.min(CHUNK, count - from)
    const copies = Array.from({ length }, (_, n) => {
      const id = randomUUID()
      const ids = { _id: new mongo.UUID(id), contactId: new mongo.UUID() }
      return { ...like, ...ids, keyHash: keyHash(id), dueAt: dueAt(from + n) }
    })
    await all.insertMany(copies as never, { ordered: false })
  }
}

/**
 * From when each DELAY was due to when the transition that ended it was written, in ms, sorted. Times are MongoDB's,
 * so less than 0 would be early.
 */
export async function latenessOf({ all }: Executions, delayMs: number, match: object): Promise<number[]> {
  const found = await all
    .find({ status: 'COMPLETED', ...match })
    .project({ startedAt: 1, touchedAt: 1 })
    .toArray()
  return found
    .map(({ startedAt, touchedAt }) => touchedAt.getTime() - startedAt.getTime() - delayMs)
    .sort((a, b) => a - b)
}
