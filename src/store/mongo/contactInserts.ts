import { MillraceError } from '../../errors.js'
import { derivedContactId, keyText, MAX_ATTEMPTS, uniqueKeys } from '../contactIds.js'
import type { ContactKey, Newborn, StoredContact } from '../ports/contacts.js'
import type { ProjectSecrets } from '../ports/projects.js'
import { bornDocument, type ContactDocument, loadContact, newDocument } from './contactDocument.js'
import { findByEmail } from './contactReads.js'
import { type Collection, insertMissing } from './driver.js'

interface Inserting {
  readonly collection: Collection<ContactDocument>
  readonly secrets: ProjectSecrets
  readonly now: Date
  readonly newborn: (key: ContactKey) => Newborn | null
}

/**
 * Makes the contacts that `found` lacks: one insert, and only when another process was faster or an id was taken
 * (its contact has moved to another address, or was erased) one more read and the next derivation.
 * Keys of projects that do not exist make nothing.
 */
export async function createMissing(
  to: Inserting,
  keys: readonly ContactKey[],
  found: readonly StoredContact[],
): Promise<StoredContact[]> {
  let missing = without(uniqueKeys(keys), found)
  if (missing.length === 0) return []
  const secrets = await to.secrets.contactSecrets([...new Set(missing.map((key) => key.projectId))])
  missing = missing.filter((key) => secrets.has(key.projectId))
  const made: StoredContact[] = []
  for (let attempt = 0; missing.length > 0; attempt += 1) {
    if (attempt === MAX_ATTEMPTS) throw new MillraceError('CONFLICT', 'no free id for a new contact')
    const documents = missing.map((key) => documentOf(key, secrets.get(key.projectId), attempt, to))
    const round = await insertRound(to.collection, documents, missing)
    made.push(...round)
    missing = without(missing, round)
  }
  return made
}

function documentOf(
  key: ContactKey,
  secret: Buffer | undefined,
  attempt: number,
  { now, newborn }: Inserting,
): ContactDocument {
  if (secret === undefined) throw new MillraceError('INTERNAL_ERROR', 'a project without a secret')
  const id = derivedContactId(secret, key.email, attempt)
  const document = newDocument({ id, ...key, subscribed: true, data: {}, now })
  const born = newborn(key)
  return born === null ? document : bornDocument(document, born)
}

async function insertRound(
  collection: Collection<ContactDocument>,
  documents: readonly ContactDocument[],
  keys: readonly ContactKey[],
): Promise<StoredContact[]> {
  const there = new Set(await insertMissing(collection, documents))
  const inserted = documents.filter((_, place) => !there.has(place)).map(loadContact)
  if (there.size === 0) return inserted
  const repeated = keys.filter((_, place) => there.has(place))
  return [...inserted, ...(await findByEmail(collection, repeated))]
}

function without(keys: readonly ContactKey[], contacts: readonly StoredContact[]): ContactKey[] {
  const there = new Set(contacts.map(keyText))
  return keys.filter((key) => !there.has(keyText(key)))
}
