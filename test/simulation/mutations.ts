import type { EngineDeps } from '../../consumers/deps.js'
import type { StepOutput } from '../../src/engine/outputs.js'
import type { TransitionGroup } from '../../src/workflow/change.js'
import type { StepDue } from '../../src/workflow/messages.js'
import type { World } from './world.js'

/** A defect on purpose, put in from outside: around the ports and in the options. */
export interface Mutation {
  readonly name: string
  /** The ports of one process. */
  readonly deps: (deps: EngineDeps, world: World) => EngineDeps
  readonly sweeper: boolean
  readonly commitFirst: boolean
}

export const NONE: Mutation = { name: 'none', deps: (deps) => deps, sweeper: true, commitFirst: false }

/** Early enough to be seen through every delay. */
const EARLY_MS = 150

export const MUTATIONS: readonly Mutation[] = [
  {
    ...NONE,
    name: 'compare-and-set off',
    deps: (deps, world) => ({ ...deps, executions: blind(deps, world) }),
  },
  { ...NONE, name: 'sweeper off', sweeper: false },
  {
    ...NONE,
    name: 'look-back off',
    deps: (deps) => ({ ...deps, events: { ...deps.events, find: async () => [] } }),
  },
  { ...NONE, name: 'commit before processing', commitFirst: true },
  { ...NONE, name: 're-emit off', deps: withoutReEmission },
  { ...NONE, name: 'lanes forgotten', deps: withoutLanes },
  {
    ...NONE,
    name: 'timers early',
    deps: (deps) => ({
      ...deps,
      executions: {
        ...deps.executions,
        due: (share, times, limit) =>
          deps.executions.due(share, { ...times, now: new Date(times.now.getTime() + EARLY_MS) }, limit),
      },
    }),
  },
  {
    ...NONE,
    name: 'timeouts ahead of the input',
    deps: (deps, { topology: { contactEvents }, now }) => ({
      ...deps,
      progress: {
        ...deps.progress,
        read: async () =>
          new Map(Array.from({ length: contactEvents.partitions }, (_, partition) => [partition, now()])),
      },
    }),
  },
]

/** What goes on is sent as if it were live. */
function withoutLanes(deps: EngineDeps): EngineDeps {
  const forgetful = ({ kind, due: { lane: _, ...due } }: StepOutput): StepOutput => ({ kind, due })
  const send: EngineDeps['outbox']['send'] = (outputs) =>
    deps.outbox.send({
      ...outputs,
      steps: outputs.steps.map((step) => (step.due.seq > 0 ? forgetful(step) : step)),
    })
  return { ...deps, outbox: { ...deps.outbox, send } }
}

/** Whatever the document's `seq`, the change is written: by filling in the one that it has. */
function blind({ executions }: EngineDeps, { ledger }: World): EngineDeps['executions'] {
  const rewritten = ({ ids, expect, change }: TransitionGroup): TransitionGroup[] =>
    ids.flatMap((id) => {
      const document = ledger.get(id)
      if (document === undefined) return []
      const { seq, workflowVersion, state } = document
      const currentStepId = state.currentStepId ?? expect.currentStepId
      return [{ ids: [id], expect: { seq, workflowVersion, currentStepId, standing: 'active' }, change }]
    })
  return {
    ...executions,
    transition: (groups, by) => executions.transition(groups.flatMap(rewritten), by),
  }
}

/** A process sends only what it has just written and knows to be written: nothing that is found in a document. */
function withoutReEmission(deps: EngineDeps): EngineDeps {
  const written = new Set<string>()
  const nameOf = ({ executionId, seq }: Pick<StepDue, 'executionId' | 'seq'>) => `${executionId}:${seq}`
  return {
    ...deps,
    executions: {
      ...deps.executions,
      insert: async (executions) => {
        const there = await deps.executions.insert(executions)
        for (const { id, seq } of executions)
          if (!there.has(id)) written.add(nameOf({ executionId: id, seq }))
        return there
      },
      transition: async (groups, by) => {
        const matched = await deps.executions.transition(groups, by)
        for (const { ids, expect } of groups)
          for (const id of ids) written.add(nameOf({ executionId: id, seq: expect.seq + 1 }))
        return matched
      },
      // What the sweeper sends is not meant here.
      touch: async (refs) => {
        await deps.executions.touch(refs)
        for (const { id, seq } of refs) written.add(nameOf({ executionId: id, seq }))
      },
    },
    outbox: {
      ...deps.outbox,
      send: async (outputs) => {
        const steps = outputs.steps.filter(({ due }) => written.has(nameOf(due)))
        await deps.outbox.send({ ...outputs, steps })
        for (const { due } of steps) written.delete(nameOf(due))
      },
    },
  }
}
