import { createMongoExecutions, EXECUTIONS, prepareExecutions } from '../../src/store/mongo/executions.js'
import { openDatabase, type TestDatabase } from '../support/database.js'
import { NOW } from '../support/executionValues.js'
import { careContract } from './executionCareContract.js'
import { clockContract } from './executionClockContract.js'
import { insertContract } from './executionsContract.js'
import { transitionContract } from './executionTransitionsContract.js'

describe('executions in MongoDB', () => {
  let database: TestDatabase
  before(async () => {
    database = await openDatabase()
    await prepareExecutions(database.db)
  })
  after(() => database.drop())
  const open = () => createMongoExecutions(database.db, { now: () => NOW })
  describe('insert and read', () => insertContract(open))
  describe('transitions', () => transitionContract(open))
  describe('other writes', () => careContract(open))
  describe('what is due or stale', () => {
    beforeEach(() => database.db.collection(EXECUTIONS).deleteMany({}))
    clockContract(open)
  })
})
