import type { mongo } from 'mongoose'
import type { ExecutionDocument } from '../../src/store/mongo/executionDocument.js'

/** What a verdict needs of an execution. */
export type Seen = Pick<
  ExecutionDocument,
  '_id' | 'status' | 'seq' | 'origin' | 'history' | 'completedAt' | 'startedAt' | 'kind' | 'error'
>

export const ENDED = ['COMPLETED', 'FAILED', 'CANCELLED']

export function readSeen(db: mongo.Db): Promise<Seen[]> {
  const fields = ['status', 'seq', 'origin', 'history', 'completedAt', 'startedAt', 'kind', 'error']
  const projection = Object.fromEntries(fields.map((field) => [field, 1]))
  return db.collection('executions').find<Seen>({}, { projection }).toArray()
}

/** How many transitions left these steps: those that were chained share that of the step before them. */
export function transitionsOf(history: Seen['history']): number {
  return history.filter(({ chained }) => chained !== true).length
}
