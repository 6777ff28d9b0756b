import type { ContactId, ProjectId } from '../../workflow/ids.js'
import { derivedContactId } from '../contactIds.js'
import { fromUuid, toUuid, toUuids } from './bson.js'
import type { ContactWriting } from './contactChanges.js'
import type { ContactDocument } from './contactDocument.js'
import type { Collection } from './driver.js'

/**
 * Of most addresses one call tells who has them. Whoever is new will have a derived id: the first that is not
 * taken, for one was left behind wherever a contact with this address was moved or erased.
 */
export async function idsOf(
  { collection, secrets }: Pick<ContactWriting, 'collection' | 'secrets'>,
  projectId: ProjectId,
  emails: readonly string[],
): Promise<ReadonlyMap<string, ContactId>> {
  const secret = (await secrets.contactSecrets([projectId])).get(projectId)
  if (secret === undefined) return new Map()
  const ids = await holdersOf(collection, projectId, emails)
  let open = [...new Set(emails)].filter((email) => !ids.has(email))
  for (let attempt = 0; open.length > 0; attempt += 1) {
    const derived = open.map((email) => [email, derivedContactId(secret, email, attempt)] as const)
    const others = await takenByOthers(collection, projectId, derived)
    for (const [email, id] of derived) if (!others.has(id)) ids.set(email, id)
    open = open.filter((email) => !ids.has(email))
  }
  return ids
}

async function holdersOf(
  collection: Collection<ContactDocument>,
  projectId: ProjectId,
  emails: readonly string[],
): Promise<Map<string, ContactId>> {
  const filter = { projectId: toUuid(projectId), email: { $in: [...emails] } }
  const documents = await collection.find(filter, { projection: { email: 1 } }).toArray()
  return new Map(documents.map(({ _id, email }) => [email, fromUuid<ContactId>(_id)]))
}

/** Those of the ids that somebody else has: whoever was made since the first call has its own. */
async function takenByOthers(
  collection: Collection<ContactDocument>,
  projectId: ProjectId,
  derived: readonly (readonly [string, ContactId])[],
): Promise<ReadonlySet<ContactId>> {
  const emails = new Map(derived.map(([email, id]) => [id, email]))
  const documents = await collection
    .find({ _id: { $in: toUuids([...emails.keys()]) } }, { projection: { email: 1, projectId: 1 } })
    .toArray()
  const taken = documents.flatMap((document) => {
    const id = fromUuid<ContactId>(document._id)
    const isOwn = document.email === emails.get(id) && fromUuid<ProjectId>(document.projectId) === projectId
    return isOwn ? [] : [id]
  })
  return new Set(taken)
}
