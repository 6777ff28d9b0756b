/** Every code that an error of ours can carry; the API's table turns them into statuses. */
export const ERROR_CODES = [
  'BAD_REQUEST',
  'UNAUTHORIZED',
  'FORBIDDEN',
  'NOT_FOUND',
  'WORKFLOW_NOT_FOUND',
  'STEP_NOT_FOUND',
  'TRANSITION_NOT_FOUND',
  'EXECUTION_NOT_FOUND',
  'CONTACT_NOT_FOUND',
  'TEMPLATE_NOT_FOUND',
  'METHOD_NOT_ALLOWED',
  'CONFLICT',
  'PRECONDITION_FAILED',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'VALIDATION_ERROR',
  'RATE_LIMIT_EXCEEDED',
  'SERVICE_UNAVAILABLE',
  'INTERNAL_ERROR',
  'CONFIG_INVALID',
  'UNREACHABLE',
  'DATABASE_AWAY',
  'BROKER_AWAY',
  'UNKNOWN_MESSAGE_VERSION',
] as const
export type ErrorCode = (typeof ERROR_CODES)[number]

/** One wrong field of a request, by its path (`config.amount`, `body[3].email`). */
export interface FieldFault {
  readonly field: string
  readonly message: string
  readonly code: string
}

/** The one family of errors. `retriable`: the same call may succeed later without any change. */
export class MillraceError extends Error {
  override readonly name = 'MillraceError'
  readonly code: ErrorCode
  readonly retriable: boolean
  readonly faults: readonly FieldFault[]

  constructor(
    code: ErrorCode,
    message: string,
    more: { faults?: readonly FieldFault[]; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause })
    this.code = code
    this.retriable = RETRIABLE.has(code)
    this.faults = more.faults ?? []
  }
}

/** What `/ready` was asked: an answer, no failure of the call. */
export class NotReady extends MillraceError {
  constructor(reasons: readonly string[]) {
    super('SERVICE_UNAVAILABLE', `Not ready: ${reasons.join('; ')}`)
  }
}

const RETRIABLE: ReadonlySet<ErrorCode> = new Set([
  'SERVICE_UNAVAILABLE',
  'RATE_LIMIT_EXCEEDED',
  'DATABASE_AWAY',
  'BROKER_AWAY',
])

/** Unknown errors are not retriable: what nobody foresaw must not spin. */
export function isRetriable(error: unknown): boolean {
  return error instanceof MillraceError && error.retriable
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
