import { z } from 'zod'
import { type Brand, parseId } from '../../workflow/ids.js'

const EXAMPLE_ID = '7c5bd9c6-6f0e-4d3a-9c0e-2f0f6f2f5a11'

/** An id in a path, query or body: any UUID, read in lower case. */
export function idOf<Id extends Brand<string>>() {
  return z
    .guid()
    .transform((text) => parseId<Id>(text) ?? (text as Id))
    .meta({ type: 'string', format: 'uuid', example: EXAMPLE_ID })
}

/** An id in an answer. */
export const shownId = z.string().meta({ format: 'uuid', example: EXAMPLE_ID })

/** A time in an answer: ISO 8601 UTC with milliseconds. */
export const shownTime = z
  .date()
  .meta({ type: 'string', format: 'date-time', example: '2025-03-01T09:30:00.000Z' })

/** Any JSON value. */
export const anyJson = z.unknown().meta({ description: 'Any JSON value' })

/** An object of any JSON values. */
export const jsonObject = z.record(z.string(), z.unknown())

/** Text of `min` to `max` characters after trimming, without NUL. */
export function trimmed(min: number, max: number) {
  return z
    .string()
    .transform((text) => text.trim())
    .pipe(
      z.string().min(min).max(max).refine(isCleanText, { message: 'must not hold NUL or broken characters' }),
    )
    .meta({ type: 'string', minLength: min, maxLength: max })
}

const BROKEN = /[\0\p{Surrogate}]/u

/** NUL and half surrogates are no text: databases, mails and headers each break on them in their own way. */
export function isCleanText(text: string): boolean {
  return !BROKEN.test(text)
}
