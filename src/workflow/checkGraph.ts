import type { StepId } from './ids.js'
import { own } from './json.js'
import type { Step } from './step.js'
import { branchOf, type Transition } from './transition.js'

export interface Graph {
  readonly steps: readonly Step[]
  readonly transitions: readonly Transition[]
}

/** Something that is probably not meant; it warns and blocks nothing. */
export interface Problem {
  readonly code: 'UNREACHABLE_STEP' | 'BRANCH_WITHOUT_TRANSITION' | 'WAIT_WITHOUT_TIMEOUT'
  readonly stepId: StepId
  readonly message: string
}

/** What is unfinished in a workflow, in the order of its steps; a complete graph gives none. */
export function problemsOf(graph: Graph, branchesOf: (step: Step) => readonly string[]): Problem[] {
  const reached = reachable(graph)
  return graph.steps.flatMap((step) => [
    ...unreachable(step, reached),
    ...looseBranches(step, graph, branchesOf(step)),
    ...endlessWait(step),
  ])
}

function unreachable({ id, name }: Step, reached: ReadonlySet<StepId>): Problem[] {
  if (reached.has(id)) return []
  return [{ code: 'UNREACHABLE_STEP', stepId: id, message: `No transitions lead to "${name}".` }]
}

/** Branches of a CONDITION that end the execution, no transition being there for them. */
function looseBranches({ id, type, name }: Step, graph: Graph, branches: readonly string[]): Problem[] {
  if (type !== 'CONDITION') return []
  const outgoing = graph.transitions.filter(({ fromStepId }) => fromStepId === id)
  if (outgoing.some(({ condition }) => condition === null)) return []
  const named = new Set(outgoing.map(({ condition }) => branchOf(condition)))
  return branches
    .filter((branch) => !named.has(branch))
    .map((branch) => ({
      code: 'BRANCH_WITHOUT_TRANSITION',
      stepId: id,
      message: `No transition leads on from the branch "${branch}" of "${name}".`,
    }))
}

function endlessWait({ id, type, name, config }: Step): Problem[] {
  if (type !== 'WAIT_FOR_EVENT' || own(config, 'timeout') !== undefined) return []
  return [
    { code: 'WAIT_WITHOUT_TIMEOUT', stepId: id, message: `"${name}" may wait for ever: it has no timeout.` },
  ]
}

function reachable({ steps, transitions }: Graph): ReadonlySet<StepId> {
  const reached = new Set(steps.filter(({ type }) => type === 'TRIGGER').map(({ id }) => id))
  const behind = stepsBehind(transitions)
  // A set hands out what is added to it while it is walked.
  for (const id of reached) for (const next of behind.get(id) ?? []) reached.add(next)
  return reached
}

function stepsBehind(transitions: readonly Transition[]): ReadonlyMap<StepId, readonly StepId[]> {
  const behind = new Map<StepId, StepId[]>()
  for (const { fromStepId, toStepId } of transitions) {
    const list = behind.get(fromStepId)
    if (list === undefined) behind.set(fromStepId, [toStepId])
    else list.push(toStepId)
  }
  return behind
}
