import type { Renderer } from '../effects/ports.js'
import type { Facts, Outcome } from '../steps/definition.js'
import { stepDefinition } from '../steps/index.js'
import type { CompiledStep } from './compile.js'

/** What the step says. A config that does not parse, or a defect of a step kind, fails the execution, not the batch. */
export function decide(at: CompiledStep, facts: Facts, renderer: Renderer): Outcome {
  if (!at.config.ok) return failed('CONFIG_INVALID', `step "${at.step.name}": ${at.config.message}`)
  if (at.needs.contact && facts.contact === null)
    return failed('CONTACT_MISSING', `contact does not exist any more`)
  try {
    return stepDefinition(at.step.type).decide(at.config.value, facts, { step: at.step, renderer })
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
