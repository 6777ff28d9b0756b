import assert from 'node:assert/strict'
import { advance, fail, type Place, putBack, runAgain } from '../../src/engine/advance.js'
import { MAX_OUTPUT_BYTES } from '../../src/engine/leftSteps.js'
import type { Outcome } from '../../src/steps/definition.js'
import type { HistoryEntry } from '../../src/workflow/execution.js'
import type { StepId } from '../../src/workflow/ids.js'
import { aDefinition, compiled, stepAt } from '../support/definitions.js'
import { anEnd } from '../support/executionValues.js'
import { someFacts } from '../support/facts.js'

const NOW = new Date('2026-03-01T00:00:00.000Z')
const ENTERED = new Date('2026-02-28T23:00:00.000Z')
const LATER = new Date('2026-03-02T00:00:00.000Z')

const flow = compiled(
  aDefinition({ a: ['CONDITION'], b: ['DELAY'], c: ['UPDATE_CONTACT'], z: ['EXIT'] }, [
    ['a', 'b', { branch: 'yes' }],
    ['a', 'c', { branch: 'no' }],
    ['b', 'gone'],
  ]),
)

function at(key: string, more: Partial<Place> = {}): Place {
  const facts = someFacts({ now: NOW, enteredAt: ENTERED })
  return { compiled: flow, at: stepAt(flow, key), facts, tries: 2, token: 'token', ...more }
}

function entry(key: string, type: HistoryEntry['type'], more: Partial<HistoryEntry>): HistoryEntry {
  const named = { stepId: key as StepId, key, type, name: key, at: NOW }
  return { ...named, branch: null, status: 'COMPLETED', ...more }
}

const moving = (key: string, kind: HistoryEntry['type']) => ({
  status: 'RUNNING',
  currentStepId: key,
  kind,
  enteredAt: NOW,
  dueAt: null,
  lease: null,
  tries: 0,
})
const waiting = {
  status: 'WAITING',
  currentStepId: 'b',
  kind: 'DELAY',
  enteredAt: ENTERED,
  wait: null,
  hold: null,
  tries: 0,
}
const ended = (more: Parameters<typeof anEnd>[1] = {}) => anEnd('COMPLETED', { completedAt: NOW, ...more })

describe('Advancing', () => {
  it('leaves a step by its branch, with what it says in the history', () => {
    const values = { 'contact.data.plan': 'pro' }
    const change = advance(at('a'), { type: 'done', branch: 'yes', output: { n: 1 }, values })
    assert.deepEqual(change, {
      state: moving('b', 'DELAY'),
      entries: [entry('a', 'CONDITION', { branch: 'yes', values, output: { n: 1 } })],
      context: null,
      owed: [],
      reopen: false,
      workflowVersion: null,
    })
    assert.deepEqual(advance(at('a'), { type: 'done', branch: 'no' }).state, moving('c', 'UPDATE_CONTACT'))
  })

  it('leaves no step before it was entered, though who entered it was ahead of us by some milliseconds', () => {
    const facts = someFacts({ now: NOW, enteredAt: LATER })
    const changes = [
      advance(at('a', { facts }), { type: 'done', branch: 'yes' }),
      advance(at('a', { facts }), { type: 'done', branch: 'other' }),
      advance(at('z', { facts }), { type: 'exit', reason: 'bye' }),
      fail(at('a', { facts }), { code: 'X', message: 'x' }),
    ]
    assert.deepEqual(
      changes.map(({ entries: [left] }) => left?.at),
      [LATER, LATER, LATER, LATER],
    )
    const [moved, ...ends] = changes.map(({ state }) => state)
    assert.equal(moved?.enteredAt, LATER)
    for (const end of ends) assert.equal('completedAt' in end && end.completedAt, LATER)
  })

  it('completes where nothing follows', () => {
    const {
      state,
      entries: [left],
    } = advance(at('a'), { type: 'done', branch: 'other' })
    assert.deepEqual(state, ended())
    assert.deepEqual(left, entry('a', 'CONDITION', { branch: 'other' }))
  })

  it('notes a skipped step with its reason', () => {
    const {
      state,
      entries: [left],
    } = advance(at('a'), { type: 'skipped', branch: 'no', reason: 'unsubscribed' })
    assert.deepEqual(state, moving('c', 'UPDATE_CONTACT'))
    assert.deepEqual(
      left,
      entry('a', 'CONDITION', { branch: 'no', status: 'SKIPPED', reason: 'unsubscribed' }),
    )
  })

  it('goes on behind an update of the contact', () => {
    const change = advance(at('c'), { type: 'updateContact', patch: { data: {}, subscribed: null } })
    assert.deepEqual(change.state, ended())
  })

  it('ends at an EXIT with its reason', () => {
    const change = advance(at('z'), { type: 'exit', reason: 'enough' })
    assert.deepEqual(change.state, ended({ exitReason: 'enough' }))
    assert.deepEqual(change.entries[0], entry('z', 'EXIT', {}))
  })

  it('sleeps until later, and not at all where that is over', () => {
    const sleeping = advance(at('b'), { type: 'sleep', until: LATER })
    assert.deepEqual([sleeping.state, sleeping.entries], [{ ...waiting, dueAt: LATER }, []])
    const awake = advance(at('a'), { type: 'sleep', until: NOW })
    assert.deepEqual(awake.state, ended())
    assert.equal(awake.entries[0]?.stepId, 'a')
  })

  it('waits, with recorded events still to be looked at', () => {
    const wait = { names: ['x'], since: 'start', checked: false } as const
    const outcome: Outcome = { type: 'wait', names: ['x'], since: 'start', until: null }
    assert.deepEqual(advance(at('b'), outcome).state, { ...waiting, dueAt: null, wait })
  })

  it('claims a call for its time limit and 30 s, and counts the try', () => {
    const until = new Date(NOW.getTime() + 40_000)
    const change = advance(at('a'), { type: 'call', timeoutMs: 10_000, host: 'h', retries: 3 })
    const lease = { token: 'token', until }
    const claimed = { ...moving('a', 'CONDITION'), enteredAt: ENTERED, lease, dueAt: until, tries: 3 }
    assert.deepEqual([change.state, change.entries], [claimed, []])
  })

  it('fails at the step', () => {
    const error = { code: 'BAD', message: 'bad' }
    const change = advance(at('a'), { type: 'fail', error })
    const failed = { status: 'FAILED', currentStepId: 'a', kind: 'CONDITION', error }
    assert.deepEqual(change.state, { ...ended(), ...failed })
    assert.deepEqual(change.entries[0], entry('a', 'CONDITION', { status: 'FAILED', error }))
    assert.equal(fail(at('a'), error, { attempts: 3 }).entries[0]?.attempts, 3)
  })

  it('fails where the transition leads to no step, or its rule cannot be evaluated', () => {
    const lost = advance(at('b'), { type: 'done', branch: null })
    assert.deepEqual('error' in lost.state && lost.state.error?.code, 'STEP_MISSING')
    const ruled = compiled(aDefinition({ a: ['EXIT'] }, [['a', 'a', { '+': 1, '-': 2 }]]))
    const { state } = advance(at('a', { compiled: ruled, at: stepAt(ruled, 'a') }), {
      type: 'done',
      branch: null,
    })
    assert.deepEqual('error' in state && state.error?.code, 'RULE_FAILED')
  })

  it('cuts what a step puts out at 16 KiB', () => {
    const large = 'x'.repeat(MAX_OUTPUT_BYTES)
    const {
      entries: [left],
    } = advance(at('a'), { type: 'done', branch: null, output: large })
    const preview = `"${'x'.repeat(MAX_OUTPUT_BYTES / 4 - 1)}`
    assert.deepEqual(left?.output, { truncated: true, preview })
    const fits = 'x'.repeat(MAX_OUTPUT_BYTES - 2)
    assert.equal(advance(at('a'), { type: 'done', branch: null, output: fits }).entries[0]?.output, fits)
  })

  it('puts a call back until its due time', () => {
    const hold = { reason: 'retry', key: 'h', dueAt: LATER, tries: 1 } as const
    assert.deepEqual(putBack(at('b'), hold).state, {
      ...waiting,
      dueAt: LATER,
      tries: 1,
      hold: { reason: 'retry', key: 'h', since: NOW },
    })
  })

  it('runs a step again with its tries', () => {
    const { state, entries: left } = runAgain(stepAt(flow, 'a').step, ENTERED, 3)
    assert.deepEqual([state, left], [{ ...moving('a', 'CONDITION'), enteredAt: ENTERED, tries: 3 }, []])
  })

  it('makes nothing of what no step can say', () => {
    const { state } = advance(at('a'), { type: 'unheard' } as never)
    assert.equal(state.status === 'FAILED' && state.error?.code, 'STEP_THREW')
  })
})
