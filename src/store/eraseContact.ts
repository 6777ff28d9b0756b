import type { ContactId, ProjectId } from '../workflow/ids.js'
import type { ContactDirectory } from './ports/contactDirectory.js'
import type { ContactExecutions, Forgetful } from './ports/erasure.js'

export interface ErasureDeps {
  readonly contacts: ContactDirectory
  readonly executions: ContactExecutions
  /** All that keep something about a contact: events, messages. */
  readonly keepers: readonly Forgetful[]
}

/** The exit reason of what an erased contact was in. */
const REASON = 'Contact deleted'
/** A batch that found the contact alive may still write about it for so long. */
const SETTLED_MS = 60_000
const AT_ONCE = 100

/**
 * Erases a person: the tombstone goes first, so that from the answer on nobody finds the contact, and it says
 * "erasing" until `completeErasures` has gone over everything once more. False: no such contact.
 */
export async function eraseContact(
  deps: ErasureDeps,
  contact: { readonly projectId: ProjectId; readonly id: ContactId },
  at: { readonly now: Date; readonly until: Date },
): Promise<boolean> {
  const { projectId, id } = contact
  if (!(await deps.contacts.bury(projectId, id, at))) return false
  await forget(deps, projectId, id)
  return true
}

/** To be called every so often: ends erasures that a crash cut short, and takes what came in late. */
export async function completeErasures(deps: ErasureDeps, now: Date): Promise<number> {
  const before = new Date(now.getTime() - SETTLED_MS)
  const open = await deps.contacts.unfinished(before, AT_ONCE)
  for (const { projectId, contactId } of open) {
    await forget(deps, projectId, contactId)
    await deps.contacts.finished(contactId)
  }
  return open.length
}

async function forget(deps: ErasureDeps, projectId: ProjectId, id: ContactId): Promise<void> {
  await deps.executions.cancelForContact(projectId, id, REASON)
  await Promise.all(deps.keepers.map((keeper) => keeper.forget(projectId, id)))
}
