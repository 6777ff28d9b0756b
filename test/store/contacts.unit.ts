import { createMemoryContacts } from '../../src/store/memory/contacts.js'
import { createMemoryProjects } from '../../src/store/memory/projects.js'
import { type ContactStores, findOrCreateContract } from './contactsContract.js'
import { foldContract, updateContract } from './contactWritesContract.js'

describe('contacts in memory', () => {
  const open = (): ContactStores => {
    const projects = createMemoryProjects()
    return { projects, contacts: createMemoryContacts(projects) }
  }
  describe('find or create', () => findOrCreateContract(open))
  describe('fold', () => foldContract(open))
  describe('update', () => updateContract(open))
})
