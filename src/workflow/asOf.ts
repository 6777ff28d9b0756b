/**
 * Something whose due times count from the trigger's event (a replay's `fromEvent`): the time at which it counts as
 * having come here, in MongoDB's time, never later than now. Absent: due times count from when it really came.
 */
export interface AsOf {
  readonly asOf?: Date
}

const AS_IT_IS: AsOf = {}

/** To be spread into what comes of it. */
export function asOfOf(one: AsOf | null | undefined): AsOf {
  return one?.asOf === undefined ? AS_IT_IS : { asOf: one.asOf }
}

/** The time goes on with the steps: never back, nor beyond now. `over`: when the step was over, if it took any time. */
export function asOfBehind(
  { asOf, now }: AsOf & { readonly now: Date },
  over: Date | null | undefined,
): AsOf {
  if (asOf === undefined) return AS_IT_IS
  const ms = Math.max(asOf.getTime(), over?.getTime() ?? 0)
  return { asOf: new Date(Math.min(ms, now.getTime())) }
}
