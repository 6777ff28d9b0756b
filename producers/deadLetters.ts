import { createHash } from 'node:crypto'
import { derivedId } from '../src/workflow/ids.js'
import type { DeadLetter } from '../src/workflow/messages.js'
import type { OutgoingMessage, TopicMessages } from './kafkaPort.js'

const MAX_VALUE_BYTES = 1024 * 1024
const MAX_KEY_BYTES = 64 * 1024
/** Of the original headers, together. */
const MAX_HEADER_BYTES = 64 * 1024
const MAX_MESSAGE_CHARS = 2_000

/** What could not be handled, with the original key; a letter from the same place is the same letter. */
export function letterMessages(topic: string, letters: readonly DeadLetter[]): TopicMessages {
  return { topic, messages: letters.map(toMessage) }
}

function toMessage(letter: DeadLetter): OutgoingMessage {
  const { key, value } = letter
  return {
    key: key === null ? null : key.subarray(0, MAX_KEY_BYTES),
    value: value === null ? null : value.subarray(0, MAX_VALUE_BYTES),
    headers: { ...kept(letter.headers), ...placeAndReason(letter) },
  }
}

/** Size and SHA-256 are those of the whole value, also where it was cut. */
function placeAndReason(letter: DeadLetter): Record<string, string> {
  const { topic, partition, offset, value, reason, message } = letter
  return {
    'millrace-id': derivedId(['deadLetter', topic, partition, offset]),
    'millrace-reason': reason,
    'millrace-message': message.slice(0, MAX_MESSAGE_CHARS),
    'millrace-topic': topic,
    'millrace-partition': String(partition),
    'millrace-offset': offset,
    'millrace-size': String(value?.length ?? 0),
    'millrace-sha256': createHash('sha256')
      .update(value ?? '')
      .digest('hex'),
  }
}

/** The original headers, as far as they are short; ours go over them. */
function kept(headers: DeadLetter['headers']): Record<string, string> {
  let bytes = 0
  const short = Object.entries(headers).filter(([name, text]) => {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(text)
    return bytes <= MAX_HEADER_BYTES
  })
  return Object.fromEntries(short)
}
