import type { StepDue } from '../../src/workflow/messages.js'
import type { Message } from '../batch.js'
import type { EngineDeps } from '../deps.js'
import type { Placed } from '../stepping/facts.js'

/** A decoded message with the bytes it came in. */
export interface Arrived {
  readonly due: StepDue
  readonly source: Message
}

export interface PlacedSteps {
  readonly placed: (Placed & Arrived)[]
  /** No such definition or step: their documents say what becomes of them. */
  readonly strays: Arrived[]
}

/** Finds each message's step; loads definitions that are not cached in one call. */
export async function placeSteps(
  deps: Pick<EngineDeps, 'cache'>,
  arrived: readonly Arrived[],
): Promise<PlacedSteps> {
  await deps.cache.load(
    arrived.map(({ due }) => ({ workflowId: due.workflowId, version: due.workflowVersion })),
  )
  const placed: (Placed & Arrived)[] = []
  const strays: Arrived[] = []
  for (const one of arrived) {
    const compiled = deps.cache.get({ workflowId: one.due.workflowId, version: one.due.workflowVersion })
    const at = compiled?.steps.get(one.due.stepId)
    if (compiled === undefined || at === undefined) strays.push(one)
    else placed.push({ due: one.due, source: one.source, compiled, at })
  }
  return { placed, strays }
}
