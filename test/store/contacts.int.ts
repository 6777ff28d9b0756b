import { prepareContacts } from '../../src/store/mongo/contactDocument.js'
import { createMongoContacts } from '../../src/store/mongo/contacts.js'
import { createMongoProjects } from '../../src/store/mongo/projects.js'
import { openDatabase, type TestDatabase } from '../support/database.js'
import { type ContactStores, findOrCreateContract } from './contactsContract.js'
import { foldContract, updateContract } from './contactWritesContract.js'

describe('contacts in MongoDB', () => {
  let database: TestDatabase
  before(async () => {
    database = await openDatabase()
    await prepareContacts(database.db)
  })
  after(() => database.drop())
  const open = (): ContactStores => {
    const projects = createMongoProjects(database.db)
    return { projects, contacts: createMongoContacts(database.db, projects) }
  }
  describe('find or create', () => findOrCreateContract(open))
  describe('fold', () => foldContract(open))
  describe('update', () => updateContract(open))
})
