import type { Contact } from '../workflow/contact.js'
import { mergePlan } from '../workflow/contactData.js'
import type { JsonObject, JsonValue } from '../workflow/json.js'

/** What events did to a contact, field by field; later ones win. */
export interface Folding {
  readonly contact: Contact
  readonly set: Readonly<Record<string, JsonValue>>
  readonly unset: readonly string[]
  readonly subscribed: boolean | null
}

export function startFolding(contact: Contact): Folding {
  return { contact, set: {}, unset: [], subscribed: null }
}

/** The contact as it is right after this event (or update), and the fields to write so far. */
export function fold(folding: Folding, data: JsonObject, subscribed: boolean | null): Folding {
  const plan = mergePlan(data)
  const gone = new Set(plan.unset)
  const before = Object.entries(folding.contact.data).filter(([key]) => !gone.has(key))
  const set = {
    ...Object.fromEntries(Object.entries(folding.set).filter(([key]) => !gone.has(key))),
    ...plan.set,
  }
  return {
    contact: {
      ...folding.contact,
      data: { ...Object.fromEntries(before), ...plan.set },
      subscribed: subscribed ?? folding.contact.subscribed,
    },
    set,
    unset: [...new Set([...folding.unset, ...plan.unset])].filter((key) => !Object.hasOwn(set, key)),
    subscribed: subscribed ?? folding.subscribed,
  }
}
