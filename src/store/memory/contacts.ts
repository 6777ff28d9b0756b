import type { ContactId } from '../../workflow/ids.js'
import type { JsonObject } from '../../workflow/json.js'
import { derivedContactId, keyText, uniqueKeys } from '../contactIds.js'
import type {
  ContactChanges,
  ContactKey,
  ContactStore,
  FoldWrite,
  FormerAddress,
  Newborn,
  StoredContact,
  UpdateWrite,
} from '../ports/contacts.js'
import type { ProjectSecrets } from '../ports/projects.js'

/** The documents of one memory database; `null`: a tombstone, whose project nobody asks for. */
export interface MemoryContacts {
  readonly byId: Map<ContactId, StoredContact | null>
  readonly former: FormerAddress[]
}

export function createMemoryContacts(
  secrets: ProjectSecrets,
  kept: MemoryContacts = { byId: new Map(), former: [] },
): ContactStore {
  return {
    findOrCreate: async (keys, now, newborn = () => null) => {
      const unique = uniqueKeys(keys)
      const known = await secrets.contactSecrets([...new Set(unique.map((key) => key.projectId))])
      return unique.flatMap((key) => {
        const secret = known.get(key.projectId)
        return (
          findAlive(kept, key) ?? (secret === undefined ? [] : make(kept, key, newborn(key), { secret, now }))
        )
      })
    },
    formerAddresses: async (keys) => {
      const asked = new Set(keys.map(keyText))
      return kept.former.filter((address) => asked.has(keyText(address)))
    },
    read: async (ids) => ids.flatMap((id) => kept.byId.get(id) ?? []),
    readForSteps: async (ids) => ids.flatMap((id) => kept.byId.get(id) ?? []),
    erased: async (refs) => new Set(refs.filter(({ id }) => kept.byId.get(id) === null).map(({ id }) => id)),
    fold: async (writes, now) => missed(writes, (write) => foldOne(kept, write, now)),
    update: async (writes, now) => missed(writes, (write) => updateOne(kept, write, now)),
    clearOwed: async (refs) => {
      for (const { id, eventIds } of refs) {
        const contact = kept.byId.get(id)
        if (!contact) continue
        const owed = contact.owed.filter((event) => !eventIds.includes(event.eventId))
        kept.byId.set(id, { ...contact, owed })
      }
    },
    owing: async (before, limit) => owing(kept, before).slice(0, limit),
  }
}

export function findAlive(kept: MemoryContacts, key: ContactKey): StoredContact | undefined {
  for (const contact of kept.byId.values()) {
    if (contact?.email === key.email && contact.projectId === key.projectId) return contact
  }
  return undefined
}

/** The first derivation whose id nobody has. */
export function freeId(kept: MemoryContacts, secret: Buffer, email: string): ContactId {
  let attempt = 0
  while (kept.byId.has(derivedContactId(secret, email, attempt))) attempt += 1
  return derivedContactId(secret, email, attempt)
}

function make(
  kept: MemoryContacts,
  key: ContactKey,
  born: Newborn | null,
  { secret, now }: { readonly secret: Buffer; readonly now: Date },
): StoredContact {
  const set = born?.set ?? {}
  const contact: StoredContact = {
    ...key,
    id: freeId(kept, secret, key.email),
    subscribed: true,
    data: { ...set },
    version: Object.keys(set).length > 0 ? 1 : 0,
    createdAt: now,
    updatedAt: now,
    folded: born === null ? {} : { [String(born.birth.partition)]: born.birth.upTo },
    birth: born?.birth ?? null,
    applied: [],
    owed: [],
  }
  kept.byId.set(contact.id, contact)
  return contact
}

function foldOne(kept: MemoryContacts, write: FoldWrite, now: Date): boolean {
  const contact = kept.byId.get(write.id)
  if (!contact) return false
  const place = String(write.partition)
  if (isAt(contact.folded[place], write.becomes)) return true
  if (!stands(contact, write)) return false
  const { changes } = write
  const moves = changes.subscribed !== null || changes.unset.length + Object.keys(changes.set).length > 0
  kept.byId.set(write.id, {
    ...changed(contact, changes),
    version: contact.version + (moves ? 1 : 0),
    updatedAt: moves ? now : contact.updatedAt,
    folded: { ...contact.folded, [place]: write.becomes },
    owed: [...contact.owed, ...write.owed],
  })
  return true
}

function stands(contact: StoredContact, { partition, was, version }: FoldWrite): boolean {
  const folded = contact.folded[String(partition)]
  const unmoved = folded === undefined ? was === null : isAt(was, folded)
  return unmoved && (version === null || version === contact.version)
}

function isAt(a: FoldWrite['was'] | undefined, b: NonNullable<FoldWrite['was']>): boolean {
  return a?.offset === b.offset && a.at.getTime() === b.at.getTime()
}

function updateOne(kept: MemoryContacts, write: UpdateWrite, now: Date): boolean {
  const contact = kept.byId.get(write.id)
  if (!contact) return false
  const done = write.marks.length > 0 && write.marks.every((mark) => contact.applied.includes(mark))
  if (contact.version !== write.version) return done
  kept.byId.set(write.id, {
    ...changed(contact, write.changes),
    version: contact.version + 1,
    updatedAt: now,
    applied: [...contact.applied.filter((mark) => !write.unmark.includes(mark)), ...write.marks],
    owed: [...contact.owed, ...write.owed],
  })
  return true
}

export function changed(contact: StoredContact, changes: ContactChanges): StoredContact {
  const kept = Object.entries(contact.data).filter(([key]) => !changes.unset.includes(key))
  const data: JsonObject = Object.fromEntries([...kept, ...Object.entries(changes.set)])
  return { ...contact, data, subscribed: changes.subscribed ?? contact.subscribed }
}

function owing(kept: MemoryContacts, before: Date): StoredContact[] {
  const isOwing = (contact: StoredContact | null): contact is StoredContact =>
    contact !== null && contact.owed.length > 0 && contact.updatedAt < before
  return [...kept.byId.values()].filter(isOwing).sort((a, b) => a.updatedAt.getTime() - b.updatedAt.getTime())
}

function missed<Write extends { readonly id: ContactId }>(
  writes: readonly Write[],
  apply: (write: Write) => boolean,
): ReadonlySet<ContactId> {
  return new Set(writes.filter((write) => !apply(write)).map((write) => write.id))
}
