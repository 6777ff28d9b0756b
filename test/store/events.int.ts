import { createMongoEvents, prepareEvents } from '../../src/store/mongo/events.js'
import { openDatabase, type TestDatabase } from '../support/database.js'
import { eventsContract } from './eventsContract.js'

describe('recorded events in MongoDB', () => {
  let database: TestDatabase
  before(async () => {
    database = await openDatabase()
    await prepareEvents(database.db, 400)
  })
  after(() => database.drop())
  eventsContract(() => createMongoEvents(database.db))
})
