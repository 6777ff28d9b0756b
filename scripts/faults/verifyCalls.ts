import type { Counts } from './counts.js'
import type { Span } from './fleet.js'
import { CALL_S } from './flows.js'
import type { Seen } from './seen.js'
import type { SeenCall } from './sinks.js'

/** A call may be without its record for so long before a fault. */
const UNRECORDED_MS = 3_000
/** What stood still goes on from where it was, and for so long records may still fail. */
const AFTERWARDS_MS = 5_000
/** The last calls of a process that is killed, and the news of its end. */
const NEWS_MS = 500

type CallCounts = Pick<Counts, 'uncalled' | 'repeats' | 'inexcusable' | 'bound'>

/** Repeats by identity, against what excuses them: a fault that was near, or a time limit that had passed. */
export function countCalls(
  calls: readonly SeenCall[],
  completed: readonly Seen[],
  spans: readonly Span[],
): CallCounts {
  const byIdentity = new Map<string, SeenCall[]>()
  for (const call of calls) byIdentity.set(call.identity, [...(byIdentity.get(call.identity) ?? []), call])
  const isNear = ({ atMs }: SeenCall): boolean =>
    spans.some(
      ({ fromMs, toMs }) =>
        atMs >= fromMs - UNRECORDED_MS && atMs <= (toMs > fromMs ? toMs + AFTERWARDS_MS : toMs + NEWS_MS),
    )
  // Whoever calls again had an earlier call without a record of it: that one needs the excuse.
  const unsettled = [...byIdentity.values()].flatMap(withNext)
  const timedOut = unsettled.filter(({ call, next }) => next.atMs - call.atMs >= CALL_S * 1000)
  const rest = unsettled.filter((one) => !timedOut.includes(one))
  const called = new Set([...byIdentity.keys()].map(executionOf))
  return {
    uncalled: completed.filter((one) => saysItCalled(one) && !called.has(one._id.toHexString())).length,
    repeats: unsettled.length,
    inexcusable: rest.filter(({ call }) => !isNear(call)).length,
    bound: calls.filter(isNear).length + timedOut.filter(({ call }) => !isNear(call)).length,
  }
}

/** Each call of one identity that another one followed. */
function withNext(group: readonly SeenCall[]): { readonly call: SeenCall; readonly next: SeenCall }[] {
  return group.slice(1).map((next, index) => ({ call: group[index] ?? next, next }))
}

/** `webhook-id` is execution:step, a Message-ID is <execution.step@domain>. */
function executionOf(identity: string): string {
  return identity.replace(/^</, '').split(/[:.]/)[0] ?? identity
}

function saysItCalled({ history }: Seen): boolean {
  return history.some(({ name, branch }) => name === 'Mail' || (name === 'Call' && branch === 'success'))
}
