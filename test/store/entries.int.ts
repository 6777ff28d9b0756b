import { createMongoEntries } from '../../src/store/mongo/entries.js'
import { openDatabase, type TestDatabase } from '../support/database.js'
import { entriesContract } from './entriesContract.js'

describe('entries in MongoDB', () => {
  let database: TestDatabase
  before(async () => {
    database = await openDatabase()
  })
  after(() => database.drop())
  entriesContract((retentionMs) => createMongoEntries(database.db, retentionMs))
})
