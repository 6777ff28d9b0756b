import { namesOf } from '../../src/workflow/contactEvent.js'

const BACKSLASH = 0x5c
/** The first byte of Avro in Confluent framing. */
const FRAME = 0

/**
 * Can these bytes be an event of this name? Most of a topic is of other names: bytes that do not hold the name's need
 * not be decoded. Avro has texts as they are; JSON may escape any character, but not without a backslash.
 */
export function mayHoldName(canonicalName: string): (value: Buffer | null) => boolean {
  const names = namesOf(canonicalName).map((name) => Buffer.from(name))
  return (value) =>
    value !== null &&
    (names.some((name) => value.includes(name)) || (value[0] !== FRAME && value.includes(BACKSLASH)))
}
