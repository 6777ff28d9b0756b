import { type Folding, fold } from '../../src/engine/foldContact.js'
import { MAX_DATA_BYTES } from '../../src/workflow/contactData.js'
import { isReservedName } from '../../src/workflow/contactEvent.js'
import { jsonBytes } from '../../src/workflow/json.js'
import type { Incoming } from './decode.js'

/** The contact with the event's fields; or, where they would make it `tooLarge`, with what else the event says. */
export function foldFields(
  before: Folding,
  event: Incoming['event'],
): { readonly folding: Folding; readonly tooLarge: boolean } {
  // What the engine says of a mail or a subscription is no data of the person.
  const data = isReservedName(event.name) ? {} : event.data
  const { subscribed, cause } = event
  const after = fold(before, { data, subscribed, cause })
  const tooLarge = jsonBytes(after.contact.data) > MAX_DATA_BYTES
  return { folding: tooLarge ? fold(before, { data: {}, subscribed, cause }) : after, tooLarge }
}
