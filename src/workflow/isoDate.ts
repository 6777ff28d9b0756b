import { DateTime } from 'luxon'

const ISO = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}(?::?\d{2})?)?)?$/i

/**
 * Milliseconds since 1970 of an ISO 8601 date (`2026-03-01`) or date-time; null for anything else, also for
 * days that no calendar has. Without an offset it is UTC.
 */
export function isoMs(value: unknown): number | null {
  if (typeof value !== 'string' || !ISO.test(value)) return null
  const time = DateTime.fromISO(value.toUpperCase(), { zone: 'utc' })
  return time.isValid ? time.toMillis() : null
}
