import type { ContactId } from '../../workflow/ids.js'
import { byProject } from '../contactIds.js'
import type { ContactKey, SteppedContact, StoredContact } from '../ports/contacts.js'
import { toUuid, toUuids } from './bson.js'
import { ALIVE, type ContactDocument, loadContact, loadStepped, STEPPED_FIELDS } from './contactDocument.js'
import { type Collection, inOneAnswer, onlyFields } from './driver.js'

export async function readContacts(
  collection: Collection<ContactDocument>,
  ids: readonly ContactId[],
): Promise<StoredContact[]> {
  if (ids.length === 0) return []
  const filter = { _id: { $in: toUuids(ids) }, ...ALIVE }
  const documents = await collection.find(filter, inOneAnswer(ids.length)).toArray()
  return documents.map(loadContact)
}

const STEPPED = onlyFields(STEPPED_FIELDS)

export async function readForSteps(
  collection: Collection<ContactDocument>,
  ids: readonly ContactId[],
): Promise<SteppedContact[]> {
  if (ids.length === 0) return []
  const filter = { _id: { $in: toUuids(ids) }, ...ALIVE }
  return (await collection.find(filter, { projection: STEPPED, ...inOneAnswer(ids.length) }).toArray()).map(
    loadStepped,
  )
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
  return (await collection.find(filter, inOneAnswer(keys.length)).toArray()).map(loadContact)
}
