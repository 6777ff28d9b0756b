import type { StoredContact } from '../../src/store/ports/contacts.js'
import type { ContactId, ProjectId } from '../../src/workflow/ids.js'
import { formerOwners } from '../contactEvents/contacts.js'
import type { Incoming } from '../contactEvents/decode.js'
import type { ReplayDeps } from './deps.js'

type FindDeps = Pick<ReplayDeps, 'contacts' | 'contactDirectory'>

/**
 * Whom each event meant, as live events find them, but nobody is made: an event whose contact was erased or never
 * came to be is missing from the answer.
 */
export async function findContacts(
  deps: FindDeps,
  projectId: ProjectId,
  incoming: readonly Incoming[],
): Promise<ReadonlyMap<Incoming, StoredContact>> {
  if (incoming.length === 0) return new Map()
  const former = await formerOwners(deps, incoming)
  const emails = [...new Set(incoming.flatMap(({ event }) => event.email ?? []))]
  const byEmail: ReadonlyMap<string, ContactId> =
    emails.length === 0 ? new Map() : await deps.contactDirectory.idsOf(projectId, emails)
  const idOf = (one: Incoming): ContactId | null => {
    const record = former.get(one)
    if (record !== undefined) return record.contactId
    return one.event.contactId ?? byEmail.get(one.event.email ?? '') ?? null
  }
  const ids = [...new Set(incoming.flatMap((one) => idOf(one) ?? []))]
  const contacts = new Map((await deps.contacts.read(ids)).map((contact) => [contact.id, contact]))
  return new Map(
    incoming.flatMap((one) => {
      const id = idOf(one)
      const contact = id === null ? undefined : contacts.get(id)
      return contact === undefined || contact.projectId !== projectId ? [] : [[one, contact] as const]
    }),
  )
}
