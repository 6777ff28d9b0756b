import type { Fault } from '../../workflow/fault.js'
import type { Step } from '../../workflow/step.js'
import type { Transition } from '../../workflow/transition.js'
import type { Workflow } from '../../workflow/workflow.js'

/** Why an edit cannot be made. `INVALID` names the fields that are wrong. */
export interface EditFault {
  readonly code: 'STEP_NOT_FOUND' | 'TRANSITION_NOT_FOUND' | 'CONFLICT' | 'INVALID'
  readonly message: string
  readonly faults: readonly Fault[]
}

/** The workflow after an edit and what the edit made or changed, or why it was refused. */
export type Edited<Made> =
  | { readonly ok: true; readonly workflow: Workflow; readonly made: Made }
  | { readonly ok: false; readonly fault: EditFault }

/** What edits need from outside: they have neither a clock nor randomness of their own. */
export interface EditTools {
  readonly now: Date
  newId(): string
}

export function made<Made>(workflow: Workflow, value: Made): Edited<Made> {
  return { ok: true, workflow, made: value }
}

export function refused(code: Exclude<EditFault['code'], 'INVALID'>, message: string): Edited<never> {
  return { ok: false, fault: { code, message, faults: [] } }
}

export function invalid(faults: readonly Fault[]): Edited<never> {
  return { ok: false, fault: { code: 'INVALID', message: 'The request has fields that are wrong.', faults } }
}

export function invalidField(field: string, message: string, code = 'invalid_value'): Edited<never> {
  return invalid([{ field, message, code }])
}

export interface GraphParts {
  readonly steps?: readonly Step[]
  readonly transitions?: readonly Transition[]
}

/** A change that executions can see: a new version and a new revision. */
export function withGraph(workflow: Workflow, parts: GraphParts, now: Date): Workflow {
  const { version, revision } = workflow
  return { ...workflow, ...parts, version: version + 1, revision: revision + 1, updatedAt: now }
}

/** A change of names, places or settings: a new revision of the same version. */
export function withLooks(workflow: Workflow, parts: Partial<Workflow>, now: Date): Workflow {
  return { ...workflow, ...parts, revision: workflow.revision + 1, updatedAt: now }
}

/** The age of a new transition: later than every other's, for age decides between equal priorities. */
export function newestAge(transitions: readonly Transition[], now: Date): Date {
  const latest = transitions.reduce((most, { createdAt }) => Math.max(most, createdAt.getTime()), 0)
  return new Date(Math.max(now.getTime(), latest + 1))
}
