import mongoose from 'mongoose'
import type { Collection, Db } from './driver.js'

const OPTIONS_CONFLICT = 85
const DAY_S = 86_400

/**
 * Documents go `days` after the time in `field`. An index that was made with another time is told the new one:
 * retention is a setting, and a changed one must not keep the service from starting.
 */
export async function keepFor<Document extends mongoose.mongo.Document>(
  db: Db,
  collection: Collection<Document>,
  field: keyof Document & string,
  days: number,
): Promise<void> {
  const expireAfterSeconds = days * DAY_S
  try {
    await collection.createIndex({ [field]: 1 } as mongoose.mongo.IndexSpecification, { expireAfterSeconds })
  } catch (error) {
    if (!(error instanceof mongoose.mongo.MongoServerError) || error.code !== OPTIONS_CONFLICT) throw error
    const index = { keyPattern: { [field]: 1 }, expireAfterSeconds }
    await db.command({ collMod: collection.collectionName, index })
  }
}
