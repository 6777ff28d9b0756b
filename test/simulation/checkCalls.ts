import { groupBy } from '../../src/workflow/groupBy.js'
import type { OutsideCall } from './outside.js'
import type { World } from './world.js'

const EFFECTS: ReadonlySet<string> = new Set(['WEBHOOK', 'SEND_EMAIL'])

/** At least once for every effect that was passed; again only after a crash or an outcome that nobody knows. */
export function checkCalls(world: World): string[] {
  const calls = groupBy(world.outside.calls, ({ identity }) => identity)
  return [...missing(world, calls), ...[...calls.values()].flatMap((list) => repeated(world, list))]
}

function missing({ ledger }: World, calls: ReadonlyMap<string, readonly OutsideCall[]>): string[] {
  const passed = [...ledger.values()].flatMap(({ id, state, history }) =>
    history.flatMap(({ type, stepId }) =>
      EFFECTS.has(type) && stepId !== state.currentStepId ? [`${id}:${stepId}`] : [],
    ),
  )
  const done = (identity: string) => calls.get(identity)?.some(({ answer }) => answer === 'final') === true
  return passed
    .filter((identity) => !done(identity))
    .map((identity) => `${identity} was passed, never called`)
}

function repeated({ chaos }: World, calls: readonly OutsideCall[]): string[] {
  return calls.flatMap((call, index) => {
    const next = calls[index + 1]
    if (next === undefined || call.answer !== 'final') return []
    const excused = chaos.blows.some(
      ({ machine, at }) => machine === call.machine && at >= call.sentAt && at <= next.at,
    )
    return excused ? [] : [`${call.identity} was called again without any reason`]
  })
}
