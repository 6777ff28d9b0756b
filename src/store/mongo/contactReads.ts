import type { ContactId } from '../../workflow/ids.js'
import { byProject } from '../contactIds.js'
import type { ContactKey, StoredContact } from '../ports/contacts.js'
import { toUuid, toUuids } from './bson.js'
import { ALIVE, type ContactDocument, loadContact } from './contactDocument.js'
import type { Collection } from './driver.js'

export async function readContacts(
  collection: Collection<ContactDocument>,
  ids: readonly ContactId[],
): Promise<StoredContact[]> {
  if (ids.length === 0) return []
  const documents = await collection.find({ _id: { $in: toUuids(ids) }, ...ALIVE }).toArray()
  return documents.map(loadContact)
}

export async function findByEmail(
  collection: Collection<ContactDocument>,
  keys: readonly ContactKey[],
): Promise<StoredContact[]> {
  if (keys.length === 0) return []
  const questions = [...byProject(keys)].map(([projectId, emails]) => ({
    projectId: toUuid(projectId),
    email: { $in: emails },
  }))
  const [only, ...others] = questions
  const filter = others.length === 0 && only !== undefined ? only : { $or: questions }
  return (await collection.find(filter).toArray()).map(loadContact)
}
