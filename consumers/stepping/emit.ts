import { outputsOf, type Standing, standingAfter } from '../../src/engine/outputs.js'
import { isEnded } from '../../src/workflow/execution.js'
import type { SystemEvent } from '../../src/workflow/messages.js'
import type { EngineDeps } from '../deps.js'
import type { PlannedStep } from './plan.js'

type EmitDeps = Pick<EngineDeps, 'outbox' | 'announcer'>

/** One produce for everything that a batch's standings ask for. */
export async function emit(
  deps: EmitDeps,
  standings: readonly Standing[],
  events: readonly SystemEvent[] = [],
): Promise<void> {
  const outputs = outputsOf(standings)
  await deps.outbox.send({ ...outputs, events })
}

/** Standings of a group write that matched every document: known without reading. */
export function standingsAfter(planned: readonly PlannedStep[]): Standing[] {
  return planned.map(({ due, change }) => standingAfter(due, change))
}

/** Counts what ended, by status; called once per transition that was really made. */
export function announceEnded(deps: Pick<EngineDeps, 'announcer'>, standings: readonly Standing[]): void {
  const counts = new Map<string, number>()
  for (const { state } of standings) {
    if (isEnded(state)) counts.set(state.status, (counts.get(state.status) ?? 0) + 1)
  }
  for (const [status, count] of counts) deps.announcer.announce('executions.ended', { status, count })
}
