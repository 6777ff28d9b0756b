/** Longest time that another side can ask us to wait. */
const MAX_MS = 24 * 60 * 60 * 1000

/** `Retry-After` in seconds or as an HTTP date, from `now` on; null where it says nothing usable. */
export function retryAfterMs(header: string | string[] | undefined, now: Date): number | null {
  const text = (Array.isArray(header) ? header[0] : header)?.trim() ?? ''
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : dateOf(text) - now.getTime()
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), MAX_MS)
}

/** HTTP dates begin with the weekday; `Date.parse` alone would take almost any text with a digit. */
function dateOf(text: string): number {
  return /^(?:mon|tue|wed|thu|fri|sat|sun)/i.test(text) ? Date.parse(text) : Number.NaN
}
