import type { Outbox } from '../../producers/outputs.js'
import { outputsOf, standingOf } from '../engine/outputs.js'
import { MillraceError } from '../errors.js'
import type { Announcer } from '../events.js'
import { applyChanges, type PlannedDocument } from '../store/applyChanges.js'
import type { Clock } from '../store/ports/clock.js'
import type { ExecutionStore } from '../store/ports/executions.js'
import type { Change } from '../workflow/change.js'
import { type Execution, isEnded } from '../workflow/execution.js'
import { groupBy } from '../workflow/groupBy.js'

export interface MoveDeps {
  readonly executions: ExecutionStore
  readonly outbox: Pick<Outbox, 'send'>
  readonly clock: Clock
  readonly announcer: Announcer
  readonly newId: () => string
}

/** Compare-and-set of documents at hand; answers those that moved. What they owe is still to be sent. */
export async function moveExecutions(
  deps: MoveDeps,
  planned: readonly PlannedDocument[],
): Promise<Execution[]> {
  const moved = await applyChanges(deps, planned, deps.newId())
  const ended = moved.flatMap(({ state }) => (isEnded(state) ? [state.status] : []))
  for (const [status, list] of groupBy(ended, (one) => one))
    deps.announcer.announce('executions.ended', { status, count: list.length })
  return moved
}

/** Every round loses to another transition of the same execution only, so this many are never needed. */
const MAX_ROUNDS = 100

/** Moves one execution, deciding anew as often as the engine was faster. `decide` refuses by throwing. */
export async function moveExecution(
  deps: MoveDeps,
  read: () => Promise<Execution>,
  decide: (execution: Execution) => Change,
): Promise<Execution> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const execution = await read()
    const [moved] = await moveExecutions(deps, [{ execution, change: decide(execution) }])
    if (moved === undefined) continue
    sendLater(deps, [moved])
    return moved
  }
  throw new MillraceError('SERVICE_UNAVAILABLE', 'The execution is moving too fast to be changed.')
}

/** Sends what these documents stand for; what they owe is cleared once Kafka has it. */
export async function sendStandings(deps: MoveDeps, executions: readonly Execution[]): Promise<void> {
  await deps.outbox.send(outputsOf(executions.map(standingOf)))
  const owing = executions.filter(({ owed }) => owed.length > 0)
  await deps.executions.clearOwed(owing.map(({ id, seq }) => ({ id, seq })))
}

/** Not waited for: the documents say what is owed, and the sweeper sends what was not sent. */
export function sendLater(deps: MoveDeps, executions: readonly Execution[]): void {
  sendStandings(deps, executions).catch((error: unknown) =>
    deps.announcer.announce('failure', { where: 'messages of executions', error }),
  )
}
