import { MillraceError } from '../errors.js'
import type { Call } from './route.js'
import { eventId, MAX_EVENT_ID } from './schemas/events.js'

/**
 * `Idempotency-Key`, or null where none was sent; 422 where it could be no event's id. `suffix`: the most
 * characters that are put behind it.
 */
export function idempotencyKey(
  { header }: Pick<Call<unknown, unknown, unknown>, 'header'>,
  suffix = 0,
): string | null {
  const key = header('idempotency-key')
  if (key === undefined) return null
  const longest = MAX_EVENT_ID - suffix
  const read = eventId.max(longest).safeParse(key)
  if (read.success) return read.data
  const message = `must have 1 to ${longest} characters`
  throw new MillraceError('VALIDATION_ERROR', 'The header Idempotency-Key is wrong.', {
    faults: [{ field: 'Idempotency-Key', message, code: 'invalid_value' }],
  })
}
