import { createMongoProgress, prepareProgress } from '../../src/store/mongo/progress.js'
import { openDatabase, type TestDatabase } from '../support/database.js'
import { progressContract } from './progressContract.js'

describe('progress in MongoDB', () => {
  let database: TestDatabase
  before(async () => {
    database = await openDatabase()
    await prepareProgress(database.db)
  })
  after(() => database.drop())
  progressContract(() => createMongoProgress(database.db))
})
