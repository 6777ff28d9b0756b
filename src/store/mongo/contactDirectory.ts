import type { ContactDirectory } from '../ports/contactDirectory.js'
import type { ProjectSecrets } from '../ports/projects.js'
import { fromUuid, toUuid, toUuids } from './bson.js'
import { changeContact, createContact } from './contactChanges.js'
import { ALIVE, CONTACTS, type ContactDocument, loadContact } from './contactDocument.js'
import { idsOf } from './contactIdentity.js'
import { listContacts } from './contactList.js'
import { bury, createTombstones } from './contactTombstones.js'
import type { Db } from './driver.js'
import { noteFormerAddress } from './formerAddresses.js'

/** The API's side of contacts; what the list, a change or an erasure takes stands in files of their own. */
export function createMongoContactDirectory(db: Db, secrets: ProjectSecrets): ContactDirectory {
  const collection = db.collection<ContactDocument>(CONTACTS)
  const known = { collection, secrets, note: noteFormerAddress.bind(null, db, secrets) }
  return {
    list: (projectId, query) => listContacts(collection, projectId, query),
    get: async (projectId, id) => {
      const document = await collection.findOne({ _id: toUuid(id), projectId: toUuid(projectId), ...ALIVE })
      return document === null ? null : loadContact(document)
    },
    findByEmail: async (projectId, email) => {
      const document = await collection.findOne({ projectId: toUuid(projectId), email })
      return document === null ? null : loadContact(document)
    },
    create: (projectId, fields, now) => createContact(known, projectId, { ...fields, now }),
    change: (contact, write, now) => changeContact(known, { contact, write, now }),
    clearOwed: async (id, eventIds) => {
      await collection.updateOne(
        { _id: toUuid(id) },
        { $pull: { owed: { eventId: { $in: [...eventIds] } } } },
      )
    },
    idsOf: (projectId, emails) => idsOf(known, projectId, emails),
    emailsOf: async (projectId, ids) => {
      const filter = { _id: { $in: toUuids(ids) }, projectId: toUuid(projectId), ...ALIVE }
      const documents = await collection.find(filter, { projection: { email: 1 } }).toArray()
      return new Map(documents.map(({ _id, email }) => [fromUuid(_id), email]))
    },
    bury: (projectId, id, at) => bury(known, { projectId, id, ...at }),
    ...createTombstones(db),
  }
}
