import type { ContactStore } from '../ports/contacts.js'
import type { ProjectSecrets } from '../ports/projects.js'
import { toUuid } from './bson.js'
import { CONTACTS, type ContactDocument, loadContact } from './contactDocument.js'
import { createMissing } from './contactInserts.js'
import { findByEmail, readContacts, readForSteps } from './contactReads.js'
import { readErased } from './contactTombstones.js'
import { foldContacts, updateContacts } from './contactWrites.js'
import type { Db } from './driver.js'
import { readFormerAddresses } from './formerAddresses.js'

/** The engine's side of contacts; a constant number of calls a batch. */
export function createMongoContacts(db: Db, secrets: ProjectSecrets): ContactStore {
  const collection = db.collection<ContactDocument>(CONTACTS)
  return {
    findOrCreate: async (keys, now, newborn = () => null) => {
      const found = await findByEmail(collection, keys)
      const created = await createMissing({ collection, secrets, now, newborn }, keys, found)
      return [...found, ...created]
    },
    formerAddresses: (keys) => readFormerAddresses(db, secrets, keys),
    read: (ids) => readContacts(collection, ids),
    readForSteps: (ids) => readForSteps(collection, ids),
    erased: (refs) => readErased(db, refs),
    fold: (writes, now) => foldContacts(collection, writes, now),
    update: (writes, now) => updateContacts(collection, writes, now),
    clearOwed: async (refs) => {
      if (refs.length === 0) return
      const operations = refs.map(({ id, eventIds }) => ({
        updateOne: {
          filter: { _id: toUuid(id) },
          update: { $pull: { owed: { eventId: { $in: [...eventIds] } } } },
        },
      }))
      await collection.bulkWrite(operations, { ordered: false })
    },
    owing: async (before, limit) => {
      const filter = { 'owed.0': { $exists: true }, owedAt: { $lt: before } }
      const documents = await collection.find(filter).sort({ owedAt: 1 }).limit(limit).toArray()
      return documents.map(loadContact)
    },
  }
}
