import { randomUUID } from 'node:crypto'
import mongoose from 'mongoose'
import type { Db } from '../../src/store/mongo/driver.js'

export interface TestDatabase {
  readonly db: Db
  readonly uri: string
  drop(): Promise<void>
}

/** A database of a random name on the MongoDB of MONGODB_URI; one a spec file. */
export async function openDatabase(): Promise<TestDatabase> {
  const address = process.env['MONGODB_URI']
  if (address === undefined) throw new Error('MONGODB_URI is not set: `npm run services` prints it')
  const name = `millrace_test_${randomUUID().replaceAll('-', '')}`
  const client = new mongoose.mongo.MongoClient(address, { w: 'majority', ignoreUndefined: false })
  await client.connect()
  const db = client.db(name)
  return {
    db,
    uri: addressOf(address, name),
    drop: async () => {
      await db.dropDatabase()
      await client.close()
    },
  }
}

function addressOf(address: string, name: string): string {
  const url = new URL(address)
  url.pathname = `/${name}`
  return url.toString()
}
