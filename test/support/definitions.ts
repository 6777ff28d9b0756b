import { type Compiled, type CompiledStep, compile } from '../../src/engine/compile.js'
import type { JsonObject } from '../../src/workflow/json.js'
import type { Step, StepKind } from '../../src/workflow/step.js'
import type { Definition } from '../../src/workflow/workflow.js'
import { aStep, aTransition, someFacts } from './facts.js'

const { execution, workflow } = someFacts()

/** Version 1: the TRIGGER, steps by their keys, and arrows `[from, to, condition?]` tried in this order. */
export function aDefinition(
  steps: Readonly<Record<string, readonly [StepKind, JsonObject?]>>,
  arrows: readonly (readonly [string, string, (JsonObject | undefined)?])[] = [],
): Definition {
  const made = Object.entries(steps).map(([key, [type, config]]): Step => aStep(type, config, key))
  return {
    workflowId: execution.workflowId,
    projectId: execution.projectId,
    version: 1,
    name: workflow.name,
    steps: [aStep('TRIGGER'), ...made],
    transitions: arrows.map(([from, to, condition = null], priority) => ({
      ...aTransition(from, to, condition),
      priority,
    })),
  }
}

export function compiled(definition: Definition): Compiled {
  const made = compile(definition)
  if (made === null) throw new Error('the definition has no TRIGGER')
  return made
}

export function stepAt({ steps }: Compiled, key: string): CompiledStep {
  for (const [id, at] of steps) if (id === key) return at
  throw new Error(`no step ${key}`)
}
