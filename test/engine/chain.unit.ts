import assert from 'node:assert/strict'
import { advance, leave, type Place } from '../../src/engine/advance.js'
import { factOf } from '../../src/engine/facts.js'
import { handledSteps } from '../../src/engine/handledSteps.js'
import { standingAfter, standingOf } from '../../src/engine/outputs.js'
import { resumeDue } from '../../src/engine/resume.js'
import { startExecution } from '../../src/engine/start.js'
import { type Change, evolve } from '../../src/workflow/change.js'
import type { ExecutionId } from '../../src/workflow/ids.js'
import type { JsonObject } from '../../src/workflow/json.js'
import { aDefinition, compiled, stepAt } from '../support/definitions.js'
import { aMoving, anExecution, aWaiting, NOW, THEN } from '../support/executionValues.js'
import { aContact, someFacts } from '../support/facts.js'

const isPro: JsonObject = { field: 'contact.data.plan', operator: 'equals', value: 'pro' }
const isLarge: JsonObject = { field: 'event.total', operator: 'greaterThan', value: 10 }

const flow = compiled(
  aDefinition(
    {
      first: ['CONDITION', isPro],
      second: ['CONDITION', isPro],
      large: ['CONDITION', isLarge],
      broken: ['CONDITION', { rule: { in: ['x', { var: 'event.odd' }] } }],
      mark: ['UPDATE_CONTACT', { data: { seen: true } }],
      nap: ['DELAY', { duration: '1h' }],
      bye: ['EXIT', { reason: 'enough' }],
    },
    [
      ['first', 'second', { branch: 'yes' }],
      ['first', 'bye', { branch: 'no' }],
      ['second', 'nap', { branch: 'yes' }],
      ['second', 'large', { branch: 'no' }],
      ['large', 'bye'],
      ['mark', 'first'],
      ['nap', 'bye'],
    ],
  ),
)

function at(key: string, plan: string | null = 'pro', more: Partial<Place> = {}): Place {
  const contact = plan === null ? null : aContact({ data: { plan } })
  return {
    compiled: flow,
    at: stepAt(flow, key),
    facts: someFacts({ contact }),
    tries: 0,
    token: '',
    ...more,
  }
}

const yes = { type: 'done', branch: 'yes' } as const
const no = { type: 'done', branch: 'no' } as const
const left = ({ entries }: Change) =>
  entries.map(({ key, branch, chained = false }) => `${key} ${branch}${chained ? ' chained' : ''}`)

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

  it('says that equal outcomes may lead apart where what is chained looks at the contact', () => {
    const varying = ['first', 'second', 'large', 'mark', 'nap'].filter((key) => stepAt(flow, key).varies)
    assert.deepEqual(varying, ['first', 'mark'])
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

describe('What is told of chained steps', () => {
  const execution = anExecution({ seq: 3, state: aMoving({ currentStepId: stepAt(flow, 'first').step.id }) })
  const { projectId, workflowId, workflowVersion, contactId, id } = execution
  const ids = { projectId, workflowId, workflowVersion, contactId, executionId: id as ExecutionId }
  const stepId = stepAt(flow, 'first').step.id
  const message = { v: 1, ...ids, stepId, seq: 3, enteredAt: THEN } as const
  const change = advance(at('first'), yes)

  it('is one fact, the same from the document as from the change', () => {
    const fact = factOf(standingAfter(message, change))
    assert.deepEqual([fact?.type, fact?.passed.map(({ stepKey }) => stepKey)], ['STEP_COMPLETED', ['first']])
    assert.equal(fact?.left?.stepKey, 'second')
    assert.deepEqual(fact, factOf(standingOf(evolve(execution, change, 'me', NOW))))
  })

  it('counts each by its kind: all but the last have moved on', () => {
    const moved = standingAfter(message, change)
    const ended = standingAfter(message, advance(at('first'), no))
    assert.deepEqual(handledSteps([moved, moved, ended], 'CONDITION'), [
      { kind: 'CONDITION', outcome: 'moved', count: 5 },
      { kind: 'EXIT', outcome: 'completed', count: 1 },
    ])
    assert.deepEqual(handledSteps([moved, ended], null), [
      { kind: 'CONDITION', outcome: 'moved', count: 1 },
      { kind: 'EXIT', outcome: 'completed', count: 1 },
    ])
    const claimed = { ...moved, left: [], state: aMoving({ lease: { token: 't', until: NOW } }) }
    assert.deepEqual(handledSteps([claimed], 'WEBHOOK'), [{ kind: 'WEBHOOK', outcome: 'claimed', count: 1 }])
    assert.deepEqual(
      handledSteps([standingOf(anExecution({ state: aMoving({ status: 'PENDING' }) }))], null),
      [],
    )
  })
})
