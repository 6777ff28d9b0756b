import type { ContactId, ProjectId } from '../../workflow/ids.js'
import { derivedContactId } from '../contactIds.js'
import { fromUuid, toUuid, toUuids } from './bson.js'
import type { ContactWriting } from './contactChanges.js'
import type { ContactDocument } from './contactDocument.js'
import type { Collection } from './driver.js'

/**
 * One call tells both who has these addresses and which of the first derived ids are taken; only an id that was
 * left behind by a move or an erasure costs a call more.
 */
export async function idsOf(
  { collection, secrets }: Pick<ContactWriting, 'collection' | 'secrets'>,
  projectId: ProjectId,
  emails: readonly string[],
): Promise<ReadonlyMap<string, ContactId>> {
  const found = new Map<string, ContactId>()
  const secret = (await secrets.contactSecrets([projectId])).get(projectId)
  if (secret === undefined) return found
  let open = [...new Set(emails)]
  for (let attempt = 0; open.length > 0; attempt += 1) {
    const derived = new Map(open.map((email) => [email, derivedContactId(secret, email, attempt)]))
    for (const [email, id] of await findRound(collection, projectId, derived)) found.set(email, id)
    open = open.filter((email) => !found.has(email))
  }
  return found
}

async function findRound(
  collection: Collection<ContactDocument>,
  projectId: ProjectId,
  derived: ReadonlyMap<string, ContactId>,
): Promise<ReadonlyMap<string, ContactId>> {
  const byEmail = { projectId: toUuid(projectId), email: { $in: [...derived.keys()] } }
  const filter = { $or: [byEmail, { _id: { $in: toUuids([...derived.values()]) } }] }
  const documents = await collection.find(filter, { projection: { email: 1 } }).toArray()
  const holders = new Map(documents.map(({ _id, email }) => [email, fromUuid<ContactId>(_id)]))
  const taken = new Set(documents.map(({ _id }) => _id.toHexString()))
  return new Map(
    [...derived].flatMap(([email, id]) => {
      const holder = holders.get(email) ?? (taken.has(id) ? undefined : id)
      return holder === undefined ? [] : [[email, holder] as const]
    }),
  )
}
