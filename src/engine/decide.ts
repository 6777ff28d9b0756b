import type { Renderer } from '../effects/ports.js'
import type { Facts, Outcome } from '../steps/definition.js'
import { stepDefinition } from '../steps/index.js'
import type { CompiledStep } from './compile.js'

/** What the step says. A config that does not parse, or a defect of a step kind, fails the execution, not the batch. */
export function decide(at: CompiledStep, facts: Facts, renderer: Renderer): Outcome {
  if (!at.config.ok) return failed('CONFIG_INVALID', `step "${at.step.name}": ${at.config.message}`)
  if (at.needs.contact && facts.contact === null)
    return failed('CONTACT_MISSING', `contact does not exist any more`)
  const { value } = at.config
  return caught(at, () => stepDefinition(at.step.type).decide(value, facts, { step: at.step, renderer }))
}

/**
 * What a step says in the transition that leads to it; null where it needs more than these facts. `whole`: they
 * hold all of the execution.
 */
export function pass(at: CompiledStep, facts: Facts, whole: boolean): Outcome | null {
  const { config, needs, step } = at
  const lacks = (needs.execution && !whole) || (needs.contact && facts.contact === null)
  if (lacks || !config.ok) return null
  return caught(at, () => stepDefinition(step.type).pass?.(config.value, facts) ?? null)
}

function caught<Decided>(at: CompiledStep, work: () => Decided): Decided | Outcome {
  try {
    return work()
  } catch (error) {
    return failed(
      'STEP_THREW',
      `step "${at.step.name}": ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

function failed(code: string, message: string): Outcome {
  return { type: 'fail', error: { code, message } }
}
