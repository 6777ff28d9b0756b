import { MillraceError } from '../errors.js'

const EMAIL = /[^\s"'<>(){}[\],;:=]+@[^\s"'<>(){}[\],;:=]+/g
/** What stands in quotes or braces in a message of a library: a duplicate key, a piece of a document or of JSON. */
const QUOTED = /"[^"]*"|'[^']*'|`[^`]*`|\{[^{}]*\}/g
/** Their quotes hold names of fields, and without those nobody finds the defect. */
const ABOUT_CODE: ReadonlySet<string> = new Set(['TypeError', 'ReferenceError', 'RangeError'])
const MAX_TEXT = 500

/** Text for a log: no addresses of people, and not longer than anybody reads. */
export function impersonal(text: string): string {
  return text.slice(0, MAX_TEXT).replace(EMAIL, '[e-mail]')
}

interface LoggedError {
  readonly type: string
  readonly code?: string | number
  readonly message: string
  /** Where, without the message that stacks begin with. */
  readonly at: readonly string[]
  readonly cause?: LoggedError
}

const MAX_FRAMES = 12
const MAX_CAUSES = 3

/**
 * An error without what it was about: libraries put documents, addresses and pieces of text into messages and
 * fields. Type, code, place and the words around stay.
 */
export function impersonalError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: withoutQuotes(String(error)), at: [] }
  const { code } = error as { readonly code?: unknown }
  const keeps = error instanceof MillraceError || ABOUT_CODE.has(error.name)
  return {
    type: error.name,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    message: keeps ? impersonal(error.message) : withoutQuotes(error.message),
    at: framesOf(error),
    ...(error.cause === undefined || depth >= MAX_CAUSES
      ? {}
      : { cause: impersonalError(error.cause, depth + 1) }),
  }
}

function withoutQuotes(message: string): string {
  return impersonal(message.slice(0, MAX_TEXT).replace(QUOTED, '…'))
}

function framesOf({ stack = '' }: Error): string[] {
  const frames = stack.split('\n').filter((line) => /^ {4}at /.test(line))
  return frames.slice(0, MAX_FRAMES).map((line) => line.trim())
}
