import type { Needs } from '../steps/definition.js'
import { configFaults, stepDefinition } from '../steps/index.js'
import type { StepId } from '../workflow/ids.js'
import { usesOf } from '../workflow/rule.js'
import type { Step, StepKind } from '../workflow/step.js'
import { branchOf, byPriority, type Transition } from '../workflow/transition.js'
import type { Definition } from '../workflow/workflow.js'

/** A step with all that deciding it needs, worked out once per version. */
export interface CompiledStep {
  readonly step: Step & { readonly type: StepKind }
  /** Parsed config, or why it cannot be parsed: such a step fails its executions. */
  readonly config:
    | { readonly ok: true; readonly value: unknown }
    | { readonly ok: false; readonly message: string }
  readonly outgoing: readonly Transition[]
  readonly needs: Needs
}

export interface Compiled {
  readonly definition: Definition
  /** Transitions behind the TRIGGER, and what their rules need. */
  readonly trigger: { readonly step: Step; readonly outgoing: readonly Transition[]; readonly needs: Needs }
  readonly steps: ReadonlyMap<StepId, CompiledStep>
}

/** Null when the definition has no TRIGGER: nothing can have started by it. */
export function compile(definition: Definition): Compiled | null {
  const trigger = definition.steps.find((step) => step.type === 'TRIGGER')
  if (trigger === undefined) return null
  const outgoing = outgoingByStep(definition.transitions)
  const runnable = definition.steps.filter(isRunnable)
  const steps = new Map(runnable.map((step) => [step.id, compileStep(step, outgoing.get(step.id) ?? [])]))
  const behind = outgoing.get(trigger.id) ?? []
  return { definition, steps, trigger: { step: trigger, outgoing: behind, needs: needsOfRules(behind) } }
}

/** Transitions by the step they leave, in the order in which they are tried. */
function outgoingByStep(transitions: readonly Transition[]): ReadonlyMap<StepId, Transition[]> {
  const outgoing = new Map<StepId, Transition[]>()
  for (const transition of [...transitions].sort(byPriority)) {
    const list = outgoing.get(transition.fromStepId)
    if (list === undefined) outgoing.set(transition.fromStepId, [transition])
    else list.push(transition)
  }
  return outgoing
}

function isRunnable(step: Step): step is Step & { readonly type: StepKind } {
  return step.type !== 'TRIGGER'
}

function compileStep(
  step: Step & { readonly type: StepKind },
  outgoing: readonly Transition[],
): CompiledStep {
  const kind = stepDefinition(step.type)
  const rules = needsOfRules(outgoing)
  const parsed = kind.config.safeParse(step.config)
  if (!parsed.success) {
    const faults = configFaults(step.type, step.config)
    const message = faults.map((fault) => `${fault.field}: ${fault.message}`).join('; ')
    return { step, outgoing, needs: rules, config: { ok: false, message } }
  }
  const own = kind.needs(parsed.data)
  const needs = {
    contact: own.contact || rules.contact,
    execution: own.execution || rules.execution,
    ...(own.place === true ? { place: true } : {}),
  }
  return { step, outgoing, needs, config: { ok: true, value: parsed.data } }
}

function needsOfRules(outgoing: readonly Transition[]): Needs {
  const needs = { contact: false, execution: false }
  for (const { condition } of outgoing) {
    if (condition === null || branchOf(condition) !== null) continue
    const uses = usesOf(condition)
    needs.contact ||= uses.contact
    needs.execution ||= uses.event || uses.steps
  }
  return needs
}
