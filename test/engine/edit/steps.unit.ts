import assert from 'node:assert/strict'
import type { Edited } from '../../../src/engine/edit/edited.js'
import { addStep, insertStep, MAX_STEPS, removeStep, type StepDraft } from '../../../src/engine/edit/steps.js'
import type { StepId, TransitionId } from '../../../src/workflow/ids.js'
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
const DELAY: StepDraft = {
  type: 'DELAY',
  name: 'wait',
  config: { amount: 1, unit: 'days' },
  templateId: null,
}
const RULE = { rule: { '==': [1, 1] } }

function done<Made>(edited: Edited<Made>) {
  assert.ok(edited.ok, JSON.stringify(edited))
  return edited
}

function fault<Made>(edited: Edited<Made>) {
  assert.ok(!edited.ok)
  return [edited.fault.code, ...edited.fault.faults.map(({ field }) => field)]
}

describe('Adding a step', () => {
  it('makes a new version with the step behind the others', () => {
    const before = workflowOf()
    const { workflow, made } = done(addStep(before, { ...DELAY, position: { x: 7, y: 8 } }, false, tools))
    assert.deepEqual(workflow.steps, [...before.steps, made])
    assert.deepEqual(workflow.transitions, [])
    assert.deepEqual([workflow.version, workflow.revision, workflow.updatedAt], [2, 2, LATER])
    assert.deepEqual([made.position, made.createdAt], [{ x: 7, y: 8 }, LATER])
    assert.match(made.key, /^delay-[0-9a-f]{12}$/)
  })

  it('puts it below the last one', () => {
    const before = withParts(workflowOf(), [{ ...stepOf('EXIT', 'e'), position: { x: 5, y: 10 } }])
    const { made } = done(addStep(before, DELAY, false, tools))
    assert.deepEqual(made.position, { x: 5, y: 160 })
    const { made: first } = done(addStep({ ...before, steps: [] }, DELAY, true, tools))
    assert.deepEqual(first.position, { x: 100, y: 250 })
  })

  it('connects it with the newest step that leads nowhere and is neither EXIT nor CONDITION', () => {
    const [old, newer, condition, exit] = [
      stepOf('DELAY', 'old'),
      stepOf('WEBHOOK', 'newer'),
      stepOf('CONDITION', 'condition', RULE),
      stepOf('EXIT', 'exit'),
    ]
    const before = withParts(workflowOf(), [old, newer, condition, exit])
    const ends = (of: typeof before) => {
      const { workflow, made } = done(addStep(of, DELAY, true, tools))
      const added = workflow.transitions.at(-1)
      assert.ok(added === undefined || added.toStepId === made.id)
      return [workflow.transitions.length, added?.fromStepId, added?.condition]
    }
    assert.deepEqual(ends(before), [1, newer.id, null])
    const led = { ...before, transitions: [transitionOf(newer, exit)] }
    assert.deepEqual(ends(led), [2, old.id, null])
    const trigger = triggerOf(before)
    assert.deepEqual(ends({ ...before, steps: [trigger, condition] }), [1, trigger.id, null])
    assert.equal(ends({ ...before, steps: [condition, exit] })[0], 0)
  })

  it('makes its transition younger than every other', () => {
    const step = stepOf('DELAY', 'a')
    const young = new Date(LATER.getTime() + 5)
    const before = withParts(workflowOf(), [step])
    const { workflow } = done(
      addStep(
        { ...before, transitions: [transitionOf(triggerOf(before), step, { createdAt: young })] },
        DELAY,
        true,
        tools,
      ),
    )
    assert.equal(workflow.transitions[1]?.createdAt.getTime(), young.getTime() + 1)
  })

  it('ends at 500 steps beside the TRIGGER', () => {
    const before = withParts(
      workflowOf(),
      Array.from({ length: MAX_STEPS - 1 }, (_, at) => stepOf('EXIT', `e${at}`)),
    )
    const { workflow } = done(addStep(before, DELAY, false, tools))
    assert.deepEqual(fault(addStep(workflow, DELAY, false, tools)), ['INVALID', 'type'])
    const transition = transitionOf(triggerOf(before), before.steps[1] as Step)
    assert.deepEqual(
      fault(insertStep({ ...workflow, transitions: [transition] }, transition.id, DELAY, tools)),
      ['INVALID', 'type'],
    )
  })
})

describe('Inserting a step', () => {
  const [a, b] = [stepOf('CONDITION', 'a', RULE), stepOf('EXIT', 'b')]
  const cut = transitionOf(a, b, { condition: { branch: 'yes' }, priority: 4 })
  const empty = workflowOf()
  const other = transitionOf(triggerOf(empty), a)
  const before = withParts(empty, [a, b], [other, cut])

  it('keeps the first part as it was, and leads on unconditionally', () => {
    const { workflow, made } = done(insertStep(before, cut.id, DELAY, tools))
    const [untouched, first, second] = workflow.transitions
    assert.deepEqual(untouched, other)
    assert.deepEqual(first, { ...cut, toStepId: made.id, updatedAt: LATER })
    assert.deepEqual([second?.fromStepId, second?.toStepId, second?.condition], [made.id, b.id, null])
    assert.equal(workflow.version, 2)
  })

  it('leads on from a CONDITION by its first branch', () => {
    const branches = [{ id: 'gold', name: 'Gold', operator: 'exists' }]
    const multi = { mode: 'multi', field: 'contact.email', branches }
    for (const [config, branch] of [
      [RULE, 'yes'],
      [multi, 'gold'],
    ] as const) {
      const { workflow } = done(insertStep(before, cut.id, { ...DELAY, type: 'CONDITION', config }, tools))
      assert.deepEqual(workflow.transitions.at(-1)?.condition, { branch })
    }
  })

  it('is refused for an EXIT and where there is no transition', () => {
    assert.deepEqual(fault(insertStep(before, cut.id, { ...DELAY, type: 'EXIT' }, tools)), [
      'INVALID',
      'type',
    ])
    assert.deepEqual(fault(insertStep(before, 'x' as TransitionId, DELAY, tools)), ['TRANSITION_NOT_FOUND'])
  })
})

describe('Removing a step', () => {
  const [a, b, c] = [stepOf('WEBHOOK', 'a'), stepOf('DELAY', 'b'), stepOf('EXIT', 'c')]
  const empty = workflowOf()
  const [first, into, out] = [transitionOf(triggerOf(empty), a), transitionOf(a, b), transitionOf(b, c)]
  const before = withParts(empty, [a, b, c], [first, into, out])
  const remove = (id: StepId, splice: boolean, of = before) => removeStep(of, id, splice, tools)

  it('takes its transitions along', () => {
    const { workflow, made } = done(remove(b.id, false))
    assert.deepEqual([workflow.steps, workflow.transitions], [[triggerOf(before), a, c], [first]])
    assert.deepEqual([made, workflow.version], [null, 2])
  })

  it('leads what came in to the one successor when spliced', () => {
    const { workflow } = done(remove(b.id, true))
    assert.deepEqual(workflow.transitions, [first, { ...into, toStepId: c.id, updatedAt: LATER }])
  })

  it('lets what came in go where there is no successor', () => {
    assert.deepEqual(done(remove(c.id, true)).workflow.transitions, [first, into])
  })

  it('takes two ways to the same step for one successor', () => {
    const [yes, no] = [{ branch: 'success' }, { branch: 'failure' }]
    const twice = [first, transitionOf(a, b, { condition: yes }), transitionOf(a, b, { condition: no })]
    assert.deepEqual(
      done(remove(a.id, true, { ...before, transitions: twice })).workflow.transitions.map(
        ({ toStepId }) => toStepId,
      ),
      [b.id],
    )
  })

  it('is refused for the TRIGGER, for what is unknown, and spliced with several successors', () => {
    assert.deepEqual(fault(remove(triggerOf(before).id, false)), ['CONFLICT'])
    assert.deepEqual(fault(remove('x' as StepId, false)), ['STEP_NOT_FOUND'])
    const forked = { ...before, transitions: [...before.transitions, transitionOf(b, a)] }
    assert.deepEqual(fault(remove(b.id, true, forked)), ['INVALID', 'splice'])
    assert.ok(remove(b.id, false, forked).ok)
  })
})
