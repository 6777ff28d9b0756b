import assert from 'node:assert/strict'
import { advance, leave } from '../../src/engine/advance.js'
import { factOf } from '../../src/engine/facts.js'
import { standingOf } from '../../src/engine/outputs.js'
import { resumeDue } from '../../src/engine/resume.js'
import { startExecution } from '../../src/engine/start.js'
import { outcomeKey, wayFrom, wayKey } from '../../src/engine/way.js'
import type { Outcome } from '../../src/steps/definition.js'
import { at, flow, isPro, left, no, yes } from '../support/chainFlow.js'
import { aDefinition, compiled, stepAt } from '../support/definitions.js'
import { anExecution, aWaiting, NOW, THEN } from '../support/executionValues.js'
import { aContact, someFacts } from '../support/facts.js'

describe('Chaining steps to the transition that leads to them', () => {
  it('decides conditions and exits that need no more than is at hand, each with an entry of its own', () => {
    const change = advance(at('first', 'free'), yes)
    assert.deepEqual(left(change), ['first yes', 'second no chained'])
    assert.deepEqual([change.state.status, change.state.currentStepId], ['RUNNING', 'large'])
    const ended = advance(at('first'), no)
    assert.deepEqual(left(ended), ['first no', 'bye null chained'])
    assert.deepEqual('exitReason' in ended.state && ended.state.exitReason, 'enough')
  })

  it('counts what stands behind as entered when the step before was left', () => {
    const facts = someFacts({ contact: aContact({ data: { plan: 'pro' } }), enteredAt: THEN, asOf: THEN })
    const { state, entries } = advance(at('first', 'pro', { facts }), yes)
    assert.deepEqual([state.currentStepId, state.enteredAt], ['nap', facts.now])
    assert.deepEqual(
      entries.map((entry) => [entry.at, entry.asOf]),
      [
        [facts.now, THEN],
        [facts.now, THEN],
      ],
    )
  })

  it('looks at the contact as an update left it', () => {
    const change = advance(at('mark'), { type: 'updateContact', patch: { data: {}, subscribed: null } })
    assert.deepEqual(left(change), ['mark null', 'first yes chained', 'second yes chained'])
  })

  it('leaves to a message of its own what looks at a contact that may have changed, or was not read', () => {
    const called = leave(at('mark'), { branch: null, status: 'COMPLETED' })
    const unread = advance(at('mark', null), { type: 'done', branch: null })
    for (const change of [called, unread]) {
      assert.deepEqual([left(change), change.state.currentStepId], [['mark null'], 'first'])
    }
  })

  it('ends behind a timer, in its transition', () => {
    const state = aWaiting({ currentStepId: stepAt(flow, 'nap').step.id, dueAt: THEN })
    const change = resumeDue(at('nap', null), anExecution({ state }))
    assert.ok(change !== null)
    assert.deepEqual([left(change), change.state.status], [['nap null', 'bye null chained'], 'COMPLETED'])
  })

  it('goes on in the next transition where more steps stand in a row than one should decide', () => {
    const keys = Array.from({ length: 20 }, (_, n) => `s${n}`)
    const row = compiled(
      aDefinition(
        Object.fromEntries(keys.map((key) => [key, ['CONDITION', isPro] as const])),
        keys.slice(1).map((key, n) => [`s${n}`, key] as const),
      ),
    )
    const change = advance({ ...at('first'), compiled: row, at: stepAt(row, 's0') }, yes)
    assert.deepEqual([change.entries.length, change.state.currentStepId], [17, 's17'])
  })
})

describe('The key of a way', () => {
  const key = (from: string, plan: string | null, branch: string) => {
    const place = at(from, plan)
    return wayKey(wayFrom(place, place.at.outgoing, { branch, current: true }))
  }

  it('names the steps and what they came to', () => {
    const values = { 'contact.data.plan': 'pro' }
    assert.equal(key('first', 'pro', 'yes'), `second:yes:${JSON.stringify(values)}>nap`)
    assert.equal(key('first', null, 'yes'), 'second')
    assert.equal(key('first', 'pro', 'no'), 'bye:exit>')
    assert.equal(key('bye', 'pro', 'yes'), '')
    assert.equal(wayKey(null), '')
  })

  it('is none where what is chained fails, or nothing can be chosen', () => {
    const odd = compiled(
      aDefinition({ start: ['DELAY'], bad: ['CONDITION', isPro], lost: ['DELAY'] }, [
        ['start', 'bad'],
        ['bad', 'gone'],
        ['lost', 'start', { '+': 1, '-': 2 }],
      ]),
    )
    const keyAt = (from: string) => {
      const place = { ...at('first'), compiled: odd, at: stepAt(odd, from) }
      return wayKey(wayFrom(place, place.at.outgoing, { branch: null, current: true }))
    }
    assert.deepEqual(['start', 'bad', 'lost'].map(keyAt), [null, null, null])
  })

  it('tells outcomes apart by all that their change depends on', () => {
    const outcomes: readonly Outcome[] = [
      { type: 'done', branch: 'a' },
      { type: 'done', branch: 'a', values: { n: 1 } },
      { type: 'skipped', branch: null, reason: 'r' },
      { type: 'updateContact', patch: { data: {}, subscribed: null } },
      { type: 'done', branch: 'a', output: 1 },
      { type: 'fail', error: { code: 'X', message: 'x' } },
    ]
    const keys = outcomes.map(outcomeKey)
    assert.deepEqual(keys, ['a:undefined', 'a:{"n":1}', 'null:r', 'updateContact', null, null])
  })
})

describe('Chaining steps to the start', () => {
  const start = (firstStep: string, plan: string, total = 1) => {
    const { definition } = flow
    const arrow = {
      ...definition.transitions[0],
      fromStepId: 'TRIGGER',
      toStepId: firstStep,
      condition: null,
    }
    const transitions = [...definition.transitions, arrow] as typeof definition.transitions
    return startExecution({
      ...{ compiled: compiled({ ...definition, transitions }), contact: aContact({ data: { plan } }) },
      ...{
        origin: ['event', 'e1'],
        context: { total, odd: { indexOf: 1 } },
        event: { eventId: 'e1', name: 'x' },
      },
      ...{ triggerOrder: null, depth: 0, effects: 'send', lane: 'live', by: 'me', now: NOW },
    })
  }
  const stands = ({ seq, state, history }: ReturnType<typeof start>) => [
    seq,
    state.status,
    state.currentStepId,
    history.map(({ key, branch }) => `${key} ${branch}`).join(', '),
  ]

  it('knows the contact and the event', () => {
    assert.deepEqual(stands(start('first', 'pro')), [
      0,
      'RUNNING',
      'nap',
      'TRIGGER null, first yes, second yes',
    ])
    const through = 'TRIGGER null, second no, large yes, bye null'
    assert.deepEqual(stands(start('second', 'free', 11)), [0, 'COMPLETED', null, through])
    assert.deepEqual(stands(start('mark', 'pro')), [0, 'PENDING', 'mark', 'TRIGGER null'])
  })

  it('fails at a step whose rule cannot be evaluated, as its message would have', () => {
    const { state, history } = start('broken', 'pro')
    assert.deepEqual(
      [state.status, state.currentStepId, history.at(-1)?.status],
      ['FAILED', 'broken', 'FAILED'],
    )
  })

  it('tells with STARTED which steps were left', () => {
    const fact = factOf(standingOf(start('first', 'pro')))
    assert.deepEqual([fact?.type, fact?.status, fact?.stepId], ['STARTED', 'RUNNING', 'nap'])
    assert.deepEqual(fact?.passed, [
      { stepId: 'first', stepKey: 'first', branch: 'yes', status: 'COMPLETED' },
    ])
    assert.equal(fact?.left?.stepKey, 'second')
    assert.deepEqual(factOf(standingOf(start('mark', 'pro')))?.passed, [])
  })
})
