import assert from 'node:assert/strict'
import type { Edited } from '../../../src/engine/edit/edited.js'
import { connect, patchTransition, removeTransition } from '../../../src/engine/edit/transitions.js'
import type { StepId, TransitionId } from '../../../src/workflow/ids.js'
import type { JsonObject } from '../../../src/workflow/json.js'
import type { Step } from '../../../src/workflow/step.js'
import {
  LATER,
  stepOf,
  toolsAt,
  transitionOf,
  triggerOf,
  withParts,
  workflowOf,
} from '../../support/workflowValues.js'

const tools = toolsAt(LATER)
const empty = workflowOf()
const steps = {
  trigger: triggerOf(empty),
  a: stepOf('DELAY', 'a'),
  b: stepOf('DELAY', 'b'),
  condition: stepOf('CONDITION', 'condition', { rule: { '==': [1, 1] } }),
  exit: stepOf('EXIT', 'exit'),
  unknown: stepOf('DELAY', 'unknown'),
}
const { trigger, a, b, condition, exit } = steps
const before = withParts(empty, [a, b, condition, exit])
const link = (from: Step, to: Step, rule: JsonObject | null = null) => ({
  fromStepId: from.id,
  toStepId: to.id,
  condition: rule,
  priority: 0,
})

function fault<Made>(edited: Edited<Made>) {
  assert.ok(!edited.ok)
  return [edited.fault.code, ...edited.fault.faults.map(({ field }) => field)].join(' ')
}

describe('Connecting two steps', () => {
  it('makes a new version with the transition', () => {
    const edited = connect(before, link(trigger, a), tools)
    assert.ok(edited.ok)
    assert.deepEqual(edited.workflow.transitions, [edited.made])
    assert.deepEqual([edited.workflow.version, edited.workflow.revision], [2, 2])
    assert.deepEqual(edited.made, {
      ...link(trigger, a),
      id: edited.made.id,
      createdAt: LATER,
      updatedAt: LATER,
    })
  })

  const refused: readonly (readonly [string, Step, Step, JsonObject | null, string])[] = [
    ['to itself', a, a, null, 'INVALID toStepId'],
    ['from EXIT', exit, a, null, 'INVALID fromStepId'],
    ['into TRIGGER', a, trigger, null, 'INVALID toStepId'],
    ['from an unknown step', steps.unknown, a, null, 'STEP_NOT_FOUND'],
    ['to an unknown step', a, steps.unknown, null, 'STEP_NOT_FOUND'],
    ['by an unknown branch', condition, a, { branch: 'x' }, 'INVALID condition.branch'],
    ['by a branch of a step without', a, b, { branch: 'yes' }, 'INVALID condition.branch'],
    ['by a branch of the TRIGGER', trigger, b, { branch: 'yes' }, 'INVALID condition.branch'],
    ['by a branch that is no text', condition, a, { branch: 1 }, 'INVALID condition'],
    ['by a rule that is none', a, b, { log: 1 }, 'INVALID condition.log'],
    [
      'by all that is wrong at once',
      exit,
      trigger,
      { branch: 'x' },
      'INVALID fromStepId toStepId condition.branch',
    ],
  ]
  for (const [title, from, to, rule, expected] of refused)
    it(`is refused ${title}`, () => {
      assert.equal(fault(connect(before, link(from, to, rule), tools)), expected)
    })

  it('is refused where it closes a loop', () => {
    const chain = [transitionOf(a, b), transitionOf(b, condition), transitionOf(trigger, a)]
    const chained = { ...before, transitions: chain }
    assert.equal(fault(connect(chained, link(condition, a, { branch: 'no' }), tools)), 'INVALID toStepId')
    assert.ok(connect(chained, link(condition, exit, { branch: 'no' }), tools).ok)
  })

  it('is refused where the step has such a way already', () => {
    const ways = [transitionOf(a, b), transitionOf(condition, b, { condition: { branch: 'yes' } })]
    const led = { ...before, transitions: ways }
    assert.equal(fault(connect(led, link(a, exit), tools)), 'CONFLICT')
    assert.equal(fault(connect(led, link(condition, exit, { branch: 'yes' }), tools)), 'CONFLICT')
    assert.ok(connect(led, link(condition, exit, { branch: 'no' }), tools).ok)
    assert.ok(connect(led, link(condition, exit), tools).ok)
    assert.ok(connect(led, link(a, exit, { '==': [1, 1] }), tools).ok)
  })
})

describe('Changing a transition', () => {
  const yes = transitionOf(condition, a, { condition: { branch: 'yes' }, priority: 1 })
  const no = transitionOf(condition, b, { condition: { branch: 'no' } })
  const led = { ...before, transitions: [yes, no] }

  it('keeps what the patch does not name', () => {
    const edited = patchTransition(led, yes.id, { priority: 5 }, tools)
    assert.ok(edited.ok)
    assert.deepEqual(edited.made, { ...yes, priority: 5, updatedAt: LATER })
    assert.deepEqual(edited.workflow.transitions, [edited.made, no])
    const same = patchTransition(led, yes.id, {}, tools)
    assert.ok(same.ok && same.workflow.version === 2)
  })

  it('clears the condition with null', () => {
    const edited = patchTransition(led, yes.id, { condition: null }, tools)
    assert.ok(edited.ok && edited.made.condition === null)
  })

  it('is refused like a new one', () => {
    assert.equal(fault(patchTransition(led, yes.id, { condition: { branch: 'no' } }, tools)), 'CONFLICT')
    assert.equal(
      fault(patchTransition(led, yes.id, { condition: { branch: 'x' } }, tools)),
      'INVALID condition.branch',
    )
    assert.equal(fault(patchTransition(led, 'x' as TransitionId, {}, tools)), 'TRANSITION_NOT_FOUND')
  })
})

describe('Removing a transition', () => {
  it('leaves the others', () => {
    const [first, second] = [transitionOf(trigger, a), transitionOf(a, b)]
    const led = { ...before, transitions: [first, second] }
    const edited = removeTransition(led, first.id, tools)
    assert.ok(edited.ok)
    assert.deepEqual([edited.workflow.transitions, edited.workflow.version], [[second], 2])
    assert.equal(fault(removeTransition(led, a.id as StepId as never, tools)), 'TRANSITION_NOT_FOUND')
  })
})
