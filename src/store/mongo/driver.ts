import mongoose from 'mongoose'

export type Db = mongoose.mongo.Db
export type Collection<Document extends mongoose.mongo.Document> = mongoose.mongo.Collection<Document>
export type Filter<Document> = mongoose.mongo.Filter<Document>

/** MongoDB's first answer holds 101 documents unless it is asked for more. */
export function inOneAnswer(most: number): { readonly batchSize: number } {
  return { batchSize: most + 1 }
}

/** These fields, and `_id`. */
export function onlyFields(fields: readonly string[]): Readonly<Record<string, 1>> {
  return Object.fromEntries(fields.map((field) => [field, 1]))
}

const DUPLICATE_KEY = 11_000

export function isDuplicateKey(error: unknown): boolean {
  return error instanceof mongoose.mongo.MongoServerError && error.code === DUPLICATE_KEY
}

/**
 * Inserts what is not there in one unordered call; answers the places (in `documents`) of those that were there.
 * Any other fault is thrown: nothing that was not written passes for a repeat.
 */
export async function insertMissing<Document extends mongoose.mongo.Document>(
  collection: Collection<Document>,
  documents: readonly mongoose.mongo.OptionalUnlessRequiredId<Document>[],
): Promise<readonly number[]> {
  if (documents.length === 0) return []
  try {
    await collection.insertMany(documents, { ordered: false })
    return []
  } catch (error) {
    return repeatsOf(error)
  }
}

function repeatsOf(error: unknown): number[] {
  if (!(error instanceof mongoose.mongo.MongoBulkWriteError)) throw error
  const faults = [error.writeErrors].flat()
  const others = faults.some((fault) => fault.code !== DUPLICATE_KEY)
  if (others || faults.length === 0 || error.result.getWriteConcernError() !== undefined) throw error
  return faults.map((fault) => fault.index)
}

const SPECIAL = /[.*+?^${}()|[\]\\/-]/g

/** Finds this very text anywhere in a field, in any case; nothing in it is an operator. */
export function literal(text: string): { readonly $regex: string; readonly $options: 'i' } {
  return { $regex: text.replace(SPECIAL, '\\$&'), $options: 'i' }
}
