import { isJsonObject } from '../workflow/json.js'

/**
 * For checks over several fields of an object: they run although single fields are wrong too, so that every fault
 * is told at once. What they look at may be of any type.
 */
export const ALONGSIDE = { when: ({ value }: { readonly value: unknown }) => isJsonObject(value) }
