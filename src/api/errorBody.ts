import type { ErrorCode, FieldFault } from '../errors.js'
import { MillraceError } from '../errors.js'
import { publicCode, STATUS_OF } from './httpErrors.js'

/** The one shape of every refusal and failure. */
export interface ErrorBody {
  readonly success: false
  readonly error: {
    readonly code: ErrorCode
    readonly message: string
    readonly statusCode: number
    readonly requestId: string
    readonly errors?: readonly FieldFault[]
  }
  readonly timestamp: string
}

/** Errors of the inside say nothing of the inside: the request id leads to the log. */
const FIXED: Partial<Record<ErrorCode, string>> = {
  INTERNAL_ERROR: 'Something went wrong on our side. Name the request id when you ask about it.',
  SERVICE_UNAVAILABLE: 'The service cannot do this right now. Try again in a moment.',
}

function messageFor(error: MillraceError, shown: ErrorCode): string {
  const inside = error.code !== shown || shown === 'INTERNAL_ERROR'
  return inside ? (FIXED[shown] ?? error.message) : error.message
}

export function errorBody(error: MillraceError, requestId: string): ErrorBody {
  const code = publicCode(error.code)
  return {
    success: false,
    error: {
      code,
      message: messageFor(error, code),
      statusCode: STATUS_OF[code],
      requestId,
      ...(error.faults.length === 0 ? {} : { errors: error.faults }),
    },
    timestamp: new Date().toISOString(),
  }
}

/** An error of ours as it is; of the rest only what `classify` knows, everything else is INTERNAL_ERROR. */
export function asMillraceError(
  error: unknown,
  classify: (error: unknown) => ErrorCode | null,
): MillraceError {
  if (error instanceof MillraceError) return error
  return new MillraceError(classify(error) ?? 'INTERNAL_ERROR', 'Unexpected failure', { cause: error })
}
