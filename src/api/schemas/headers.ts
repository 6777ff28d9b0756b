import { z } from 'zod'
import type { ErrorCode } from '../../errors.js'

export const ifMatch = z.string().optional().meta({
  description: 'An `ETag` that was answered: refused with 412 once the workflow is another',
  example: '"7"',
})

export const idempotencyKey = z
  .string()
  .min(1)
  .max(200)
  .optional()
  .meta({ description: 'Sent again with the same request, it is done once', example: 'order-4711' })

const text = { type: 'string' } as const
const count = { type: 'integer' } as const

/** Headers of answers. */
export const HEADERS = {
  'X-Request-Id': { description: 'Id of the request; errors carry it too', schema: text },
  ETag: { description: "The workflow's revision, for If-Match", schema: text, example: '"7"' },
  'Retry-After': { description: 'Seconds to wait', schema: count },
  'WWW-Authenticate': { description: 'Bearer', schema: text },
  'RateLimit-Limit': { description: 'Requests a second', schema: count },
  'RateLimit-Remaining': { description: 'What is left of them', schema: count },
  'RateLimit-Reset': { description: 'Seconds until all are there again', schema: count },
} as const

export const ALWAYS = { 'X-Request-Id': HEADERS['X-Request-Id'] }

const { 'Retry-After': retryAfter, 'WWW-Authenticate': authenticate } = HEADERS

export const ERROR_HEADERS: Partial<Record<ErrorCode, Partial<typeof HEADERS>>> = {
  UNAUTHORIZED: { 'WWW-Authenticate': authenticate },
  SERVICE_UNAVAILABLE: { 'Retry-After': retryAfter },
  RATE_LIMIT_EXCEEDED: {
    'Retry-After': retryAfter,
    'RateLimit-Limit': HEADERS['RateLimit-Limit'],
    'RateLimit-Remaining': HEADERS['RateLimit-Remaining'],
    'RateLimit-Reset': HEADERS['RateLimit-Reset'],
  },
}
