import type { Change } from '../workflow/change.js'
import { type Execution, type ExecutionState, isEnded } from '../workflow/execution.js'
import type { StepId } from '../workflow/ids.js'
import { changeTo } from './advance.js'
import type { Compiled } from './compile.js'
import { owing } from './owing.js'

export const KEPT_REASONS = [
  'step_removed',
  'step_kind_changed',
  'call_in_progress',
  'passed_step_ahead',
] as const
export type KeptReason = (typeof KEPT_REASONS)[number]

/** `none`: it has ended, or goes by this version already. */
export type Migration =
  | { readonly do: 'none' }
  | { readonly do: 'keep'; readonly reason: KeptReason }
  | { readonly do: 'move'; readonly change: Change }

/**
 * Goes on by another version, standing where it stands: due time, awaited event, back-off and tries stay. Kept
 * where the step is not the same any more, while a call is under way (its result belongs to the version that made
 * it), and where a step would run a second time.
 */
export function migrate(execution: Execution, target: Compiled): Migration {
  const { state } = execution
  const { version } = target.definition
  if (isEnded(state) || execution.workflowVersion === version) return { do: 'none' }
  const reason = obstacle(execution, state, target)
  if (reason !== null) return { do: 'keep', reason }
  const change = { ...changeTo(state, []), workflowVersion: version, owed: owing(execution, state) }
  return { do: 'move', change }
}

type Active = Exclude<ExecutionState, { readonly completedAt: Date }>

function obstacle(execution: Execution, state: Active, target: Compiled): KeptReason | null {
  const at = target.steps.get(state.currentStepId)
  if (at === undefined) return 'step_removed'
  if (at.step.type !== state.kind) return 'step_kind_changed'
  if (state.status !== 'WAITING' && state.lease !== null) return 'call_in_progress'
  const ahead = stepsAhead(target, state.currentStepId)
  return execution.history.some(({ stepId }) => ahead.has(stepId)) ? 'passed_step_ahead' : null
}

/** All that can be reached from this step. */
function stepsAhead(target: Compiled, from: StepId): ReadonlySet<StepId> {
  const ahead = new Set<StepId>()
  const look = (stepId: StepId) => {
    for (const { toStepId } of target.steps.get(stepId)?.outgoing ?? []) ahead.add(toStepId)
  }
  look(from)
  // A set hands out what is added to it while it is walked.
  for (const stepId of ahead) look(stepId)
  return ahead
}
