/** What a span is about; ids only, never data of a contact. */
export interface SpanPlan {
  readonly name: string
  readonly kind: 'server' | 'client' | 'producer' | 'consumer' | 'internal'
  /** The `traceparent` that it belongs under; undefined: the span under way here, or a trace of its own. */
  readonly parent: string | undefined
  readonly attributes: Readonly<Record<string, string | number>>
}

/** Traces, where they are on; where they are off there is none of this, and nothing asks for it per message. */
export interface Tracing {
  /** The `traceparent` of the span under way here. */
  current(): string | undefined
  /** Runs `work` as a span; an error ends it as failed and goes on to who asked. */
  inSpan<Result>(plan: SpanPlan, work: () => Promise<Result>): Promise<Result>
  /** A span that is over already. */
  note(plan: SpanPlan, startedAt: Date, endedAt: Date): void
  /** The trace of an execution that came without one: it has the execution's id. */
  ofExecution(executionId: string): string
  close(): Promise<void>
}
