import { createRenderer } from '../../src/effects/liquid.js'
import type { Renderer } from '../../src/effects/ports.js'
import type { Facts, Needs, Outcome } from '../../src/steps/definition.js'
import { stepDefinition } from '../../src/steps/index.js'
import type { Step, StepKind } from '../../src/workflow/step.js'

function parsed(step: Step) {
  const definition = stepDefinition(step.type as StepKind)
  return { definition, config: definition.config.parse(step.config) }
}

/** What the step says, its config parsed as it is before a step runs. */
export function decideBy(step: Step, facts: Facts, renderer: Renderer = createRenderer()): Outcome {
  const { definition, config } = parsed(step)
  return definition.decide(config, facts, { step, renderer })
}

export function needsBy(step: Step): Needs {
  const { definition, config } = parsed(step)
  return definition.needs(config)
}
