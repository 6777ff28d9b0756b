import type { ContactId } from '../../workflow/ids.js'
import { addressKey, uniqueKeys } from '../contactIds.js'
import type { ContactKey, FormerAddress } from '../ports/contacts.js'
import type { ProjectSecrets } from '../ports/projects.js'
import { fromUuid, type StoredId, toUuid, toUuids } from './bson.js'
import { ALIVE, CONTACTS, type ContactDocument } from './contactDocument.js'
import type { Db } from './driver.js'
import { keepFor } from './keepFor.js'

const FORMER_ADDRESSES = 'formerAddresses'

/** Where an address led until then. The address itself is not kept: it may be an erased person's. */
interface StoredFormerAddress {
  readonly key: StoredId
  readonly contactId: StoredId
  readonly until: Date
}

/** Records go when no older event can come any more: with the retention of events. */
export async function prepareFormerAddresses(db: Db, retentionDays: number): Promise<void> {
  const addresses = db.collection<StoredFormerAddress>(FORMER_ADDRESSES)
  await addresses.createIndex({ key: 1 })
  await keepFor(db, addresses, 'until', retentionDays)
}

export async function readFormerAddresses(
  db: Db,
  secrets: ProjectSecrets,
  keys: readonly ContactKey[],
): Promise<FormerAddress[]> {
  if (keys.length === 0) return []
  const named = await keysById(secrets, keys)
  const collection = db.collection<StoredFormerAddress>(FORMER_ADDRESSES)
  const found = await collection.find({ key: { $in: toUuids([...named.keys()]) } }).toArray()
  if (found.length === 0) return []
  const alive = await aliveOf(
    db,
    found.map((former) => former.contactId),
  )
  return found.flatMap(({ key, contactId, until }) => {
    const address = named.get(key.toHexString())
    const id = fromUuid<ContactId>(contactId)
    return address === undefined ? [] : [{ ...address, contactId: alive.has(id) ? id : null, until }]
  })
}

async function aliveOf(db: Db, ids: readonly StoredId[]): Promise<ReadonlySet<string>> {
  const filter = { _id: { $in: [...ids] }, ...ALIVE }
  const contacts = db.collection<ContactDocument>(CONTACTS)
  const found = await contacts.find(filter, { projection: { _id: 1 } }).toArray()
  return new Set(found.map(({ _id }) => _id.toHexString()))
}

async function keysById(
  secrets: ProjectSecrets,
  keys: readonly ContactKey[],
): Promise<ReadonlyMap<string, ContactKey>> {
  const known = await secrets.contactSecrets([...new Set(keys.map((key) => key.projectId))])
  return new Map(
    uniqueKeys(keys).flatMap(({ projectId, email }) => {
      const secret = known.get(projectId)
      return secret === undefined ? [] : [[addressKey(secret, email), { projectId, email }] as const]
    }),
  )
}

/** Written before the address changes: until then it led to this contact, whatever comes of the change. */
export async function noteFormerAddress(
  db: Db,
  secrets: ProjectSecrets,
  former: FormerAddress & { readonly contactId: ContactId },
): Promise<void> {
  const known = await secrets.contactSecrets([former.projectId])
  const secret = known.get(former.projectId)
  if (secret === undefined) return
  const contactId = toUuid(former.contactId)
  const key = toUuid(addressKey(secret, former.email))
  await db
    .collection<StoredFormerAddress>(FORMER_ADDRESSES)
    .insertOne({ key, contactId, until: former.until })
}
