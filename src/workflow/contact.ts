import type { ContactId, ProjectId } from './ids.js'
import type { JsonObject } from './json.js'

export interface Contact {
  readonly id: ContactId
  readonly projectId: ProjectId
  /** Trimmed and lower-cased; unique in its project. */
  readonly email: string
  readonly subscribed: boolean
  readonly data: JsonObject
  /** Moves with every write of fields: the condition of writes that must not lose each other. */
  readonly version: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** The one form of an e-mail address: what the unique index and the event topic's key go by. */
export function normalEmail(email: string): string {
  return email.trim().toLowerCase()
}
