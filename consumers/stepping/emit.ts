import { outputsOf, type Standing, standingAfter } from '../../src/engine/outputs.js'
import { isEnded } from '../../src/workflow/execution.js'
import { groupBy } from '../../src/workflow/groupBy.js'
import type { SystemEvent } from '../../src/workflow/messages.js'
import type { EngineDeps } from '../deps.js'
import type { PlannedStep } from './plan.js'

type EmitDeps = Pick<EngineDeps, 'outbox' | 'executions' | 'lifecycleFacts'>

/** Sends all that a batch's standings ask for; what they owe is cleared once Kafka has it. */
export async function emit(
  deps: EmitDeps,
  standings: readonly Standing[],
  events: readonly SystemEvent[] = [],
): Promise<void> {
  const { lifecycleFacts: facts } = deps
  const outputs = outputsOf(facts ? await withPaths(deps, standings) : standings, { facts })
  await deps.outbox.send({ ...outputs, events: [...outputs.events, ...events] })
  const owing = standings.filter(({ owed }) => owed.length > 0)
  await deps.executions.clearOwed(owing.map(({ identity, seq }) => ({ id: identity.id, seq })))
}

/** The fact of an end carries the whole path: one read for all that ended without having been read. */
async function withPaths(deps: EmitDeps, standings: readonly Standing[]): Promise<readonly Standing[]> {
  const unread = standings.filter(({ state, history }) => history === null && isEnded(state))
  if (unread.length === 0) return standings
  const documents = await deps.executions.read(unread.map(({ identity }) => identity.id))
  const histories = new Map(documents.map(({ id, history }) => [id, history]))
  return standings.map((one) => ({ ...one, history: one.history ?? histories.get(one.identity.id) ?? null }))
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
  announceFailed(deps, standings)
}

const NAMED_IDS = 5

/** Failures of a batch, alike ones together. */
function announceFailed({ announcer }: Pick<EngineDeps, 'announcer'>, standings: readonly Standing[]): void {
  const failed = standings.filter(({ state }) => state.status === 'FAILED')
  const keyOf = ({ identity, state }: Standing) =>
    JSON.stringify([identity.workflowId, state.currentStepId, codeOf(state)])
  for (const alike of groupBy(failed, keyOf).values()) {
    const [{ identity, state } = alike[0] as Standing] = alike
    announcer.announce('executions.failed', {
      workflowId: identity.workflowId,
      stepId: state.currentStepId,
      code: codeOf(state),
      count: alike.length,
      executionIds: alike.slice(0, NAMED_IDS).map((one) => one.identity.id),
    })
  }
}

function codeOf(state: Standing['state']): string {
  return isEnded(state) ? (state.error?.code ?? 'UNKNOWN') : 'UNKNOWN'
}
