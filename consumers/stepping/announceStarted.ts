import { madeByStart } from '../../src/engine/handledSteps.js'
import { standingOf } from '../../src/engine/outputs.js'
import type { Execution } from '../../src/workflow/execution.js'
import { groupBy } from '../../src/workflow/groupBy.js'
import type { EngineDeps } from '../deps.js'
import { announceSteps } from './announceSteps.js'
import { announceEnded } from './emit.js'

/** Counts what was started, with the steps that were chained to it, and what ended as it began. */
export function announceStarted(deps: Pick<EngineDeps, 'announcer'>, fresh: readonly Execution[]): void {
  for (const [workflowId, list] of groupBy(fresh, (execution) => execution.workflowId)) {
    deps.announcer.announce('executions.started', { workflowId, count: list.length })
  }
  announceEnded(deps, fresh.map(standingOf))
  announceSteps(deps, null, fresh.map(madeByStart))
}
