const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:(T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i

/**
 * Milliseconds since 1970 of an ISO 8601 date (`2026-03-01`) or date-time; null for anything else, also for
 * days that the calendar does not have. Without an offset it is UTC.
 */
export function isoMs(value: unknown): number | null {
  const match = typeof value === 'string' ? ISO.exec(value) : null
  if (match === null) return null
  const [, year, month, day, time = 'T00:00', offset = 'Z'] = match
  // `Date.parse` alone would take 30 February for 2 March.
  if (Number(day) > daysIn(Number(year), Number(month))) return null
  const ms = Date.parse(`${year}-${month}-${day}${time}${offset.length === 3 ? `${offset}:00` : offset}`)
  return Number.isNaN(ms) ? null : ms
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate()
}
