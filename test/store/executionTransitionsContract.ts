import assert from 'node:assert/strict'
import { applyChanges } from '../../src/store/applyChanges.js'
import { evolve } from '../../src/workflow/change.js'
import type { Execution } from '../../src/workflow/execution.js'
import { aMoving, anEnd, anEntry, aWaiting, NOW, stepId, THEN } from '../support/executionValues.js'
import {
  aChange,
  expectOf,
  given,
  newExecution,
  type OpenExecutions,
  readOne,
  until,
} from './executionsContract.js'

const lease = { token: 't', until }
const FAILED = anEnd('FAILED', {
  currentStepId: stepId(1),
  kind: 'DELAY',
  error: { code: 'C', message: 'm' },
})
const STATES: readonly Execution['state'][] = [
  aMoving({ status: 'PENDING' }),
  aMoving(),
  aMoving({ lease, dueAt: until }),
  aMoving({ lease: { ...lease, token: 'other' }, dueAt: until }),
  aWaiting({ dueAt: until }),
  anEnd('COMPLETED', { currentStepId: stepId(1) }),
  anEnd('CANCELLED', { currentStepId: stepId(1), lease }),
  FAILED,
]

export function transitionContract(open: OpenExecutions): void {
  const standings: [string, Parameters<typeof expectOf>[1], readonly number[]][] = [
    ['moving', { standing: 'moving' }, [0, 1]],
    ['waiting', { standing: 'waiting' }, [4]],
    ['active', { standing: 'active' }, [0, 1, 2, 3, 4]],
    ['failed', { standing: 'failed' }, [7]],
    ['in a call', { standing: { token: 't' } }, [2]],
    ['moving at another seq', { seq: 5 }, []],
    ['moving at another step', { currentStepId: stepId(2) }, []],
    ['moving by another version', { workflowVersion: 2 }, []],
  ]
  for (const [what, expect, moves] of standings)
    it(`moves only what is ${what}`, async () => {
      const store = open()
      const executions = await Promise.all(STATES.map((state) => given(store, { state })))
      const [first] = executions
      assert.ok(first)
      const group = {
        ids: executions.map(({ id }) => id),
        expect: expectOf(first, expect),
        change: aChange(),
      }
      assert.equal(await store.transition([group], 'by'), moves.length)
      const after = await Promise.all(executions.map((one) => readOne(store, one)))
      assert.deepEqual(
        after,
        executions.map((one, index) => (moves.includes(index) ? evolve(one, group.change, 'by', NOW) : one)),
      )
    })

  const changes: [string, Partial<Execution>, Parameters<typeof aChange>[0]][] = [
    ['leaves a step', {}, { entries: [anEntry(1, { branch: 'yes', output: { $odd: '\ud800' }, at: NOW })] }],
    ['claims a call', {}, { state: aMoving({ lease, dueAt: until, tries: 1, enteredAt: NOW }) }],
    [
      'gives a call back',
      { state: aMoving({ lease, dueAt: until, tries: 1 }) },
      { state: aMoving({ tries: 1 }) },
    ],
    [
      'waits',
      {},
      { state: aWaiting({ dueAt: until, wait: { names: ['a'], since: 'step', checked: false } }) },
    ],
    ['waits for ever', {}, { state: aWaiting({ wait: { names: ['a'], since: 'step', checked: false } }) }],
    [
      'is put back',
      { state: aMoving({ lease, dueAt: until, tries: 1 }) },
      { state: aWaiting({ dueAt: until, tries: 1, hold: { reason: 'retry', key: null, since: NOW } }) },
    ],
    [
      'ends',
      { touches: 3 },
      { state: anEnd('COMPLETED', { exitReason: 'r' }), entries: [anEntry(1)], owed: [{ kind: 'fact' }] },
    ],
    [
      'ends on its step',
      {},
      { state: anEnd('CANCELLED', { currentStepId: stepId(1), kind: 'DELAY', enteredAt: NOW }) },
    ],
    ['pays what it owed', { owed: [{ kind: 'fact' }] }, {}],
    ['gets a new context', {}, { context: { $a: '\ud800', b: 1 } }],
    ['gets an empty context', {}, { context: {} }],
    ['gets a new version', {}, { workflowVersion: 2, state: aMoving({ enteredAt: NOW }) }],
    [
      'is reopened',
      { state: FAILED, history: [anEntry(0), anEntry(1, { status: 'FAILED' })] },
      { state: aMoving({ enteredAt: until }), reopen: true },
    ],
    [
      'goes on without an entry',
      { state: { ...FAILED, enteredAt: THEN } },
      { state: aMoving({ enteredAt: until }) },
    ],
  ]
  for (const [what, more, change] of changes)
    it(`writes just this when one ${what}`, async () => {
      const store = open()
      const execution = await given(store, more)
      const moved = await applyChanges(
        { executions: store, clock: { now: () => NOW } },
        [{ execution, change: aChange(change) }],
        'by',
      )
      const after = await readOne(store, execution)
      assert.deepEqual(moved, [after])
      assert.deepEqual(
        [after.seq, after.by, after.touches, after.touchedAt],
        [execution.seq + 1, 'by', 0, NOW],
      )
      assert.deepEqual(after, evolve(execution, aChange(change), 'by', NOW))
    })

  it('keeps the time a step was entered, each its own, when a group stays on it', async () => {
    const store = open()
    const [early, late] = [THEN, new Date(THEN.getTime() + 5)]
    const executions = [await given(store), await given(store, { state: aMoving({ enteredAt: late }) })]
    const deps = { executions: store, clock: { now: () => NOW } }
    const state = (enteredAt: Date) =>
      anEnd('CANCELLED', { currentStepId: stepId(1), kind: 'DELAY', enteredAt })
    const planned = executions.map((execution) => ({
      execution,
      change: aChange({ state: state(execution.state.enteredAt ?? NOW) }),
    }))
    assert.equal((await applyChanges(deps, planned, 'by')).length, 2)
    const after = await Promise.all(executions.map((one) => readOne(store, one)))
    assert.deepEqual(
      after.map((one) => one.state.enteredAt),
      [early, late],
    )
  })

  it('moves several groups in one call, and counts what matched', async () => {
    const store = open()
    const [one, two, three] = [
      await given(store),
      await given(store),
      await given(store, { state: aWaiting() }),
    ]
    const end = aChange({ state: anEnd('COMPLETED') })
    const groups = [
      { ids: [one.id, two.id], expect: expectOf(one), change: end },
      { ids: [three.id], expect: expectOf(three, { standing: 'waiting' }), change: end },
      { ids: [newExecution().id], expect: expectOf(one), change: end },
    ]
    assert.equal(await store.transition(groups, 'by'), 3)
    assert.equal(await store.transition(groups, 'by'), 0)
    assert.equal(await store.transition([], 'by'), 0)
  })

  it('lets one of several writers move it', async () => {
    const store = open()
    const execution = await given(store)
    const group = { ids: [execution.id], expect: expectOf(execution), change: aChange() }
    const matched = await Promise.all(['a', 'b', 'c', 'd'].map((by) => store.transition([group], by)))
    assert.deepEqual(matched.sort(), [0, 0, 0, 1])
    assert.equal((await readOne(store, execution)).seq, execution.seq + 1)
  })

  it('answers only what this writer moved', async () => {
    const store = open()
    const [mine, theirs] = [await given(store), await given(store)]
    const deps = { executions: store, clock: { now: () => NOW } }
    const change = aChange()
    await store.transition([{ ids: [theirs.id], expect: expectOf(theirs), change }], 'other')
    const moved = await applyChanges(
      deps,
      [mine, theirs].map((execution) => ({ execution, change })),
      'me',
    )
    assert.deepEqual(
      moved.map(({ id }) => id),
      [mine.id],
    )
    assert.deepEqual(await applyChanges(deps, [], 'me'), [])
  })
}
