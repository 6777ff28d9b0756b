import type { ErrorCode } from '../errors.js'

/** The only table from an error's code to its HTTP status. */
export const STATUS_OF: Readonly<Record<ErrorCode, number>> = {
  BAD_REQUEST: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  WORKFLOW_NOT_FOUND: 404,
  STEP_NOT_FOUND: 404,
  TRANSITION_NOT_FOUND: 404,
  EXECUTION_NOT_FOUND: 404,
  CONTACT_NOT_FOUND: 404,
  TEMPLATE_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  CONFLICT: 409,
  PRECONDITION_FAILED: 412,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  VALIDATION_ERROR: 422,
  RATE_LIMIT_EXCEEDED: 429,
  INTERNAL_ERROR: 500,
  CONFIG_INVALID: 500,
  UNKNOWN_MESSAGE_VERSION: 500,
  SERVICE_UNAVAILABLE: 503,
  UNREACHABLE: 503,
  DATABASE_AWAY: 503,
  BROKER_AWAY: 503,
}

/** Codes of the inside are told to callers under the name of what they mean to them. */
export function publicCode(code: ErrorCode): ErrorCode {
  const status = STATUS_OF[code]
  if (status === 500) return 'INTERNAL_ERROR'
  return status === 503 ? 'SERVICE_UNAVAILABLE' : code
}
