import { createHmac } from 'node:crypto'
import type { Brand, ContactId, ProjectId } from '../workflow/ids.js'
import { uuidV8 } from '../workflow/ids.js'
import type { ContactKey } from './ports/contacts.js'

/** Names a person's address without saying it: what stands in a record of a former address. */
export type AddressKey = Brand<'AddressKey'>

/**
 * A new contact's id, known before it is stored. Keyed with the project's own secret, so that an id tells nobody
 * which address it came from. `attempt` counts from 0: the next derivation when that id is taken.
 */
export function derivedContactId(secret: Buffer, email: string, attempt: number): ContactId {
  return keyed(secret, `contact\0${attempt}\0${email}`)
}

export function addressKey(secret: Buffer, email: string): AddressKey {
  return keyed(secret, `address\0${email}`)
}

function keyed<Id extends Brand<string>>(secret: Buffer, text: string): Id {
  return uuidV8<Id>(createHmac('sha256', secret).update(text).digest('hex'))
}

/** How often an id may be found taken: once for each time that a contact with this address was moved or erased. */
export const MAX_ATTEMPTS = 1_000

export function keyText(key: ContactKey): string {
  return `${key.projectId}:${key.email}`
}

export function uniqueKeys(keys: readonly ContactKey[]): ContactKey[] {
  return [...new Map(keys.map((key) => [keyText(key), key])).values()]
}

export function byProject(keys: readonly ContactKey[]): ReadonlyMap<ProjectId, string[]> {
  const projects = new Map<ProjectId, string[]>()
  for (const { projectId, email } of keys) {
    const emails = projects.get(projectId)
    if (emails === undefined) projects.set(projectId, [email])
    else emails.push(email)
  }
  return projects
}
