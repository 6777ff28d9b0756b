/** Something that belongs to a trace: a W3C `traceparent`, kept only while tracing is on. */
export interface Traced {
  readonly trace?: string
}

const UNTRACED: Traced = {}

/** The trace of something, to be spread into what comes of it. */
export function traceOf({ trace }: Traced): Traced {
  return trace === undefined ? UNTRACED : { trace }
}
