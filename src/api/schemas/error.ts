import { z } from 'zod'
import { ERROR_CODES, type ErrorCode, MillraceError } from '../../errors.js'
import { errorBody } from '../errorBody.js'
import { publicCode } from '../httpErrors.js'

/** The codes that answers can carry. */
export const shownCodes = ERROR_CODES.filter((code) => publicCode(code) === code)

export const errorSchema = z
  .object({
    success: z.literal(false),
    error: z.object({
      code: z.enum(shownCodes),
      message: z.string(),
      statusCode: z.int(),
      requestId: z.string(),
      errors: z
        .array(z.object({ field: z.string(), message: z.string(), code: z.string() }))
        .optional()
        .meta({ description: 'Every wrong field at once' }),
    }),
    timestamp: z.string().meta({ format: 'date-time' }),
  })
  .meta({ id: 'Error' })

const EXAMPLES: Partial<Record<ErrorCode, string>> = {
  BAD_REQUEST: 'The body is not valid JSON.',
  UNAUTHORIZED: 'This key is not known.',
  FORBIDDEN: 'A public key opens only POST /v1/track.',
  CONFLICT: 'The step has an unconditional transition already.',
  VALIDATION_ERROR: 'The request has fields that are wrong.',
  PAYLOAD_TOO_LARGE: 'A body may have at most 1 MiB.',
}

export function exampleOf(code: ErrorCode) {
  const faults =
    code === 'VALIDATION_ERROR' ? [{ field: 'name', message: 'is required', code: 'required' }] : []
  const error = new MillraceError(code, EXAMPLES[code] ?? 'What went wrong, in a sentence.', { faults })
  const body = errorBody(error, '0c5a2f6e-1d0b-4c43-9d4b-1c9d7c1c2f10')
  return { ...body, timestamp: '2025-03-01T09:30:00.000Z' }
}
