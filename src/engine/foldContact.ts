import type { Contact } from '../workflow/contact.js'
import { mergePlan } from '../workflow/contactData.js'
import type { JsonObject, JsonValue } from '../workflow/json.js'
import type { Turn } from './subscriptionEvents.js'

/** What events did to a contact, field by field; later ones win. */
export interface Folding {
  readonly contact: Contact
  readonly set: Readonly<Record<string, JsonValue>>
  readonly unset: readonly string[]
  readonly subscribed: boolean | null
  /** Every change of the subscription, in order; those that undo each other, too. */
  readonly turns: readonly Turn[]
}

export function startFolding(contact: Contact): Folding {
  return { contact, set: {}, unset: [], subscribed: null, turns: [] }
}

/** What one event (or update) says of its contact. */
export interface Said {
  readonly data: JsonObject
  readonly subscribed: boolean | null
  readonly cause: Turn['cause']
}

/** The contact as it is right after this event (or update), and the fields to write so far. */
export function fold(folding: Folding, said: Said): Folding {
  const { subscribed } = said
  const plan = mergePlan(said.data)
  const set = { ...without(folding.set, plan.unset), ...plan.set }
  return {
    contact: {
      ...folding.contact,
      data: { ...without(folding.contact.data, plan.unset), ...plan.set },
      subscribed: subscribed ?? folding.contact.subscribed,
    },
    set,
    unset: [...new Set([...folding.unset, ...plan.unset])].filter((key) => !Object.hasOwn(set, key)),
    subscribed: subscribed ?? folding.subscribed,
    turns: [...folding.turns, ...turnOf(folding.contact, said)],
  }
}

function without(fields: JsonObject, gone: readonly string[]): JsonObject {
  if (gone.length === 0) return fields
  return Object.fromEntries(Object.entries(fields).filter(([key]) => !gone.includes(key)))
}

function turnOf(before: Contact, { subscribed, cause }: Said): Turn[] {
  return subscribed === null || subscribed === before.subscribed ? [] : [{ subscribed, cause }]
}
