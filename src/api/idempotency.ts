import { MillraceError } from '../errors.js'
import { eventId } from './schemas/events.js'

/** `Idempotency-Key`, or null where none was sent; 422 where it could be no event's id. */
export function idempotencyKey(headers: Readonly<Record<string, string | undefined>>): string | null {
  const key = headers['idempotency-key']
  if (key === undefined) return null
  const read = eventId.safeParse(key)
  if (read.success) return read.data
  throw new MillraceError('VALIDATION_ERROR', 'The header Idempotency-Key is wrong.', {
    faults: [{ field: 'Idempotency-Key', message: 'must have 1 to 200 characters', code: 'invalid_value' }],
  })
}
