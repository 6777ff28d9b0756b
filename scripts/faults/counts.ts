/** What one run of a row came to. Everything is counted; `broken` says which of it breaks a promise. */
export interface Counts {
  readonly events: number
  readonly executions: number
  /** Events without their execution. */
  readonly lost: number
  /** Executions that no event asked for. */
  readonly extra: number
  /** Not ended though everything had its time. */
  readonly stuck: number
  readonly failed: number
  /** A step left twice, a gap, or another path than the model's. */
  readonly doubled: number
  /** Time-outs taken although the answer was acknowledged before. */
  readonly missed: number
  /** Timers that fired before their time. */
  readonly early: number
  /** Outside calls that an execution says it made and nobody received. */
  readonly uncalled: number
  readonly repeats: number
  /** Repeats of calls that no fault was near and no time limit ended: there is no excuse for them. */
  readonly inexcusable: number
  /** Calls that were near a fault or timed out: so many repeats can be excused at most. */
  readonly bound: number
  /** Ends of processes that nobody asked for. */
  readonly crashes: number
  /** Processes that never came to the point where they should have died: then little was proved. */
  readonly unhurt: number
  /** Answers of the API that were neither success nor 503 in time. */
  readonly odd?: number
  /** From the end of the last fault until all that was late had ended; null: nothing was hurt. */
  readonly recoveryMs: number | null
  /** Anything more that a row counts. */
  readonly more?: Readonly<Record<string, number>>
}

const MUST_BE_NONE = [
  'lost',
  'extra',
  'stuck',
  'failed',
  'doubled',
  'missed',
  'early',
  'uncalled',
  'inexcusable',
  'unhurt',
] as const satisfies readonly (keyof Counts)[]

/** Broken promises in words; empty: all kept. */
export function broken(counts: Counts): string[] {
  const words = MUST_BE_NONE.filter((name) => counts[name] > 0).map((name) => `${counts[name]} ${name}`)
  if (counts.odd !== undefined && counts.odd > 0) words.push(`${counts.odd} odd answers of the API`)
  if (counts.events === 0) words.push('no events: nothing was proved')
  if (counts.repeats > counts.bound)
    words.push(`${counts.repeats} repeats, at most ${counts.bound} excusable`)
  return words
}
