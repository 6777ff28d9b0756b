import type { TemplateCheck } from '../../effects/ports.js'
import type { Fault } from '../../workflow/fault.js'
import type { ProjectId, StepId, TransitionId } from '../../workflow/ids.js'
import type { Step } from '../../workflow/step.js'
import type { Transition } from '../../workflow/transition.js'
import type { Workflow } from '../../workflow/workflow.js'
import { stepFaults } from './checkStep.js'
import { aged } from './copy.js'
import { type Edited, type EditTools, invalid, made } from './edited.js'
import { type Exchange, type ExchangeStep, type ExchangeTransition, TRIGGER_KEY } from './exchange.js'
import { type Rename, renameInObject } from './references.js'
import { createWorkflow } from './settings.js'
import { MAX_STEPS } from './steps.js'
import { refusalOf } from './transitions.js'

export interface ImportTools extends EditTools {
  readonly checkTemplate: TemplateCheck
}

/**
 * Builds the workflow that a document describes, disabled and with ids of its own. All or nothing: every config
 * and transition is checked as when it is written by itself, and faults name their place in the document.
 */
export function importWorkflow(
  projectId: ProjectId,
  document: Exchange,
  tools: ImportTools,
): Edited<Workflow> {
  const contents = contentFaults(document.steps, tools.checkTemplate)
  const faults = [...keyFaults(document), ...endFaults(document), ...contents]
  if (faults.length > 0) return invalid(faults)
  const { steps, transitions, ...settings } = document
  const empty = createWorkflow(projectId, { ...settings, enabled: false }, tools)
  const ids = new Map<string, StepId>(empty.steps.map(({ id }) => [TRIGGER_KEY, id]))
  for (const { key } of steps) ids.set(key, tools.newId() as StepId)
  const rename = (key: string) => ids.get(key)
  const workflow = {
    ...empty,
    steps: [...empty.steps, ...steps.map((step) => placed(step, rename, tools.now))],
  }
  return connectAll(
    workflow,
    aged(
      transitions.map((one) => linked(one, rename, tools)),
      tools.now,
    ),
  )
}

function keyFaults({ steps }: Exchange): Fault[] {
  const seen = new Set<string>([TRIGGER_KEY])
  const faults: Fault[] = []
  for (const [index, { key }] of steps.entries()) {
    if (seen.has(key)) faults.push(fault(`steps[${index}].key`, 'is used already', 'invalid_value'))
    seen.add(key)
  }
  if (steps.length > MAX_STEPS)
    faults.push(fault('steps', `must have at most ${MAX_STEPS} elements`, 'too_big'))
  return faults
}

function endFaults({ steps, transitions }: Exchange): Fault[] {
  const known = new Set([TRIGGER_KEY, ...steps.map(({ key }) => key)])
  return transitions.flatMap((transition, index) =>
    (['from', 'to'] as const)
      .filter((end) => !known.has(transition[end]))
      .map((end) => fault(`transitions[${index}].${end}`, 'names no step of the document', 'invalid_value')),
  )
}

function contentFaults(steps: readonly ExchangeStep[], check: TemplateCheck): Fault[] {
  return steps.flatMap((step, index) => within(`steps[${index}]`, stepFaults(step, check)))
}

function within(place: string, faults: readonly Fault[]): Fault[] {
  return faults.map((one) => ({ ...one, field: `${place}.${one.field}` }))
}

function fault(field: string, message: string, code: string): Fault {
  return { field, message, code }
}

function placed(step: ExchangeStep, rename: Rename, now: Date): Step {
  const id = idOf(step.key, rename)
  return { ...step, id, config: renameInObject(step.config, rename), createdAt: now, updatedAt: now }
}

function linked(
  { from, to, condition, priority }: ExchangeTransition,
  rename: Rename,
  { now, newId }: EditTools,
): Transition {
  return {
    id: newId() as TransitionId,
    fromStepId: idOf(from, rename),
    toStepId: idOf(to, rename),
    condition: condition === null ? null : renameInObject(condition, rename),
    priority,
    createdAt: now,
    updatedAt: now,
  }
}

/** Every key was checked to have an id. */
function idOf(key: string, rename: Rename): StepId {
  return rename(key) as StepId
}

/** One by one, as if each were made by itself; faults are gathered, a clash with an earlier one ends it. */
function connectAll(workflow: Workflow, transitions: readonly Transition[]): Edited<Workflow> {
  const faults: Fault[] = []
  let grown = workflow
  for (const [index, transition] of transitions.entries()) {
    const refusal = refusalOf(grown, transition)
    if (refusal === null) grown = { ...grown, transitions: [...grown.transitions, transition] }
    else if (refusal.ok || refusal.fault.code !== 'INVALID') return refusal
    else faults.push(...within(`transitions[${index}]`, renamedEnds(refusal.fault.faults)))
  }
  return faults.length > 0 ? invalid(faults) : made(grown, grown)
}

/** Documents name ends by key. */
function renamedEnds(faults: readonly Fault[]): Fault[] {
  return faults.map((one) => ({
    ...one,
    field: one.field.replace('fromStepId', 'from').replace('toStepId', 'to'),
  }))
}
