import type { Traced } from '../src/workflow/trace.js'

interface Headers {
  readonly headers?: Readonly<Record<string, string>>
}

const NONE: Headers = {}

/** The W3C header of a message, where it belongs to a trace. */
export function traceHeaders(traced: Traced | undefined): Headers {
  return traced?.trace === undefined ? NONE : { headers: { traceparent: traced.trace } }
}
