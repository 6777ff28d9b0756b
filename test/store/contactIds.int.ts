import assert from 'node:assert/strict'
import { createMongoContactDirectory } from '../../src/store/mongo/contactDirectory.js'
import { prepareContacts } from '../../src/store/mongo/contactDocument.js'
import { idsOf } from '../../src/store/mongo/contactIdentity.js'
import { createMongoProjects } from '../../src/store/mongo/projects.js'
import { openDatabase, type TestDatabase } from '../support/database.js'
import { NOW } from '../support/workflowValues.js'

const EMAIL = 'ann@example.com'

describe('the id of whoever has an address', () => {
  let database: TestDatabase
  before(async () => {
    database = await openDatabase()
    await prepareContacts(database.db)
  })
  after(() => database.drop())

  it('is theirs too where they are made while it is looked for', async () => {
    const { db } = database
    const secrets = createMongoProjects(db)
    const { id: projectId } = await secrets.create('test', NOW)
    const directory = createMongoContactDirectory(db, secrets)
    const before = await directory.idsOf(projectId, [EMAIL])
    let calls = 0
    const collection = new Proxy(db.collection('contacts'), {
      get: (target, name) => {
        if (name !== 'find') return Reflect.get(target, name)
        return (...asked: Parameters<typeof target.find>) => ({
          toArray: async () => {
            const found = await target.find(...asked).toArray()
            calls += 1
            const fields = { email: EMAIL, data: {}, subscribed: true }
            if (calls === 1) await directory.create(projectId, fields, NOW)
            return found
          },
        })
      },
    })
    const meanwhile = await idsOf({ collection: collection as never, secrets }, projectId, [EMAIL])
    assert.equal(calls, 2)
    assert.deepEqual(meanwhile, before)
    assert.deepEqual(await directory.idsOf(projectId, [EMAIL]), before)
  })
})
