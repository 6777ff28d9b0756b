import assert from 'node:assert/strict'
import { compile } from '../../src/engine/compile.js'
import { migrate } from '../../src/engine/migrate.js'
import { evolve } from '../../src/workflow/change.js'
import type { Execution } from '../../src/workflow/execution.js'
import type { ProjectId, WorkflowId } from '../../src/workflow/ids.js'
import type { Step, StepType } from '../../src/workflow/step.js'
import { aMoving, anEnd, anEntry, anExecution, aWaiting, NOW, stepId } from '../support/executionValues.js'
import { aStep, aTransition } from '../support/facts.js'

const until = new Date('2030-01-01T00:00:00.000Z')

function step(n: number, type: StepType): Step {
  return { ...aStep(type, {}, `s${n}`), id: stepId(n) }
}

/** Version 2: the TRIGGER (0), then these steps along these arrows. */
function version(
  steps: readonly (readonly [number, StepType])[],
  arrows: readonly (readonly [number, number])[],
) {
  const compiled = compile({
    workflowId: 'w' as WorkflowId,
    projectId: 'p' as ProjectId,
    version: 2,
    name: 'new',
    steps: [step(0, 'TRIGGER'), ...steps.map(([n, type]) => step(n, type))],
    transitions: arrows.map(([from, to]) => aTransition(stepId(from), stepId(to))),
  })
  assert.ok(compiled)
  return compiled
}

const SAME = version(
  [
    [1, 'DELAY'],
    [2, 'DELAY'],
    [3, 'EXIT'],
  ],
  [
    [0, 1],
    [1, 2],
    [2, 3],
  ],
)

describe('migrating', () => {
  for (const state of [
    aMoving({ status: 'PENDING' }),
    aMoving({ tries: 2 }),
    aWaiting({ dueAt: until }),
    aWaiting({ dueAt: until, wait: { names: ['x'], since: 'start', checked: true } }),
    aWaiting({ dueAt: until, hold: { reason: 'retry', key: null, since: NOW }, tries: 3 }),
  ])
    it(`moves what is ${state.status}, and nothing else of it changes`, () => {
      const execution = anExecution({ state })
      const migration = migrate(execution, SAME)
      assert.ok(migration.do === 'move')
      const after = evolve(execution, migration.change, 'b', NOW)
      const owed = state.status === 'WAITING' ? [{ kind: 'fact' }] : []
      const moved = { seq: execution.seq + 1, by: 'b', workflowVersion: 2, touchedAt: NOW, owed }
      assert.deepEqual(after, { ...execution, ...moved })
    })

  const kept: [string, Partial<Execution>, ReturnType<typeof version>, string][] = [
    ['whose step is gone', {}, version([[2, 'DELAY']], [[0, 2]]), 'step_removed'],
    ['whose step is of another kind', {}, version([[1, 'EXIT']], [[0, 1]]), 'step_kind_changed'],
    [
      'that is in a call',
      { state: aMoving({ lease: { token: 't', until }, dueAt: until }) },
      SAME,
      'call_in_progress',
    ],
    ['that passed a step right ahead', { history: [anEntry(0), anEntry(2)] }, SAME, 'passed_step_ahead'],
    ['that passed a step far ahead', { history: [anEntry(0), anEntry(3)] }, SAME, 'passed_step_ahead'],
  ]
  for (const [what, more, target, reason] of kept)
    it(`keeps one ${what}`, () => {
      assert.deepEqual(migrate(anExecution(more), target), { do: 'keep', reason })
    })

  it('moves one that passed steps which are gone or not ahead', () => {
    const target = version(
      [
        [1, 'DELAY'],
        [2, 'DELAY'],
        [4, 'DELAY'],
      ],
      [
        [0, 2],
        [2, 1],
        [2, 4],
      ],
    )
    const execution = anExecution({ history: [anEntry(0), anEntry(2), anEntry(9), anEntry(4)] })
    assert.equal(migrate(execution, target).do, 'move')
  })

  it('does not stumble over a transition that leads nowhere', () => {
    assert.equal(migrate(anExecution(), version([[1, 'DELAY']], [[1, 8]])).do, 'move')
  })

  it('leaves what has ended or goes by this version already', () => {
    for (const status of ['COMPLETED', 'CANCELLED', 'FAILED'] as const)
      assert.deepEqual(migrate(anExecution({ state: anEnd(status) }), SAME), { do: 'none' })
    assert.deepEqual(migrate(anExecution({ workflowVersion: 2 }), SAME), { do: 'none' })
  })
})
