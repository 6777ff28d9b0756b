import assert from 'node:assert/strict'
import { branchesOf } from '../../src/steps/index.js'
import { type Graph, problemsOf } from '../../src/workflow/checkGraph.js'
import { aStep, aTransition } from '../support/facts.js'

const TRIGGER = aStep('TRIGGER')
const EXIT = aStep('EXIT')

function problems(graph: Graph): string[] {
  return problemsOf(graph, branchesOf).map(({ code, stepId }) => `${code} ${stepId}`)
}

describe('The problems of a workflow', () => {
  it('are none in a complete graph', () => {
    const wait = aStep('WAIT_FOR_EVENT', { eventName: 'paid', timeout: 60 })
    const condition = aStep('CONDITION', { field: 'event.a', operator: 'exists' })
    const graph = {
      steps: [TRIGGER, wait, condition, EXIT],
      transitions: [
        aTransition('TRIGGER', 'WAIT_FOR_EVENT'),
        aTransition('WAIT_FOR_EVENT', 'CONDITION', { branch: 'event' }),
        aTransition('CONDITION', 'EXIT', { branch: 'yes' }, 'a'),
        aTransition('CONDITION', 'EXIT', { branch: 'no' }, 'b'),
      ],
    }
    assert.deepEqual(problems(graph), [])
    assert.deepEqual(problems({ steps: [TRIGGER], transitions: [] }), [])
  })

  it('name steps that no contact can come to', () => {
    const steps = [TRIGGER, aStep('DELAY', {}, 'a'), aStep('DELAY', {}, 'b'), aStep('DELAY', {}, 'c')]
    const transitions = [aTransition('TRIGGER', 'a'), aTransition('b', 'c')]
    assert.deepEqual(problems({ steps, transitions }), ['UNREACHABLE_STEP b', 'UNREACHABLE_STEP c'])
    const joined = [...transitions, aTransition('TRIGGER', 'b', { var: 'event.x' })]
    assert.deepEqual(problems({ steps, transitions: joined }), [])
  })

  it('name branches of a condition that lead nowhere', () => {
    const branches = ['x', 'y'].map((id) => ({ id, name: id, operator: 'exists' }))
    const multi = aStep('CONDITION', { mode: 'multi', field: 'event.a', branches })
    const transitions = [
      aTransition('TRIGGER', 'CONDITION'),
      aTransition('CONDITION', 'EXIT', { branch: 'y' }),
    ]
    const found = problemsOf({ steps: [TRIGGER, multi, EXIT], transitions }, branchesOf)
    assert.deepEqual(
      found.map(({ code, stepId, message }) => [code, stepId, message]),
      ['x', 'default'].map((branch) => [
        'BRANCH_WITHOUT_TRANSITION',
        'CONDITION',
        `No transition leads on from the branch "${branch}" of "CONDITION".`,
      ]),
    )
  })

  it('take an unconditional transition for every branch, a rule for none', () => {
    const condition = aStep('CONDITION', { field: 'event.a', operator: 'exists' })
    const steps = [TRIGGER, condition, EXIT]
    const by = (...conditions: (Record<string, string> | null)[]) =>
      problems({
        steps,
        transitions: [
          aTransition('TRIGGER', 'CONDITION'),
          ...conditions.map((one) => aTransition('CONDITION', 'EXIT', one)),
        ],
      })
    assert.deepEqual(by({ branch: 'yes' }, null), [])
    assert.deepEqual(by({ branch: 'yes' }, { var: 'event.a' }), ['BRANCH_WITHOUT_TRANSITION CONDITION'])
  })

  it('name waits that may last for ever', () => {
    const wait = aStep('WAIT_FOR_EVENT', { eventName: 'paid' })
    const transitions = [aTransition('TRIGGER', 'WAIT_FOR_EVENT')]
    assert.deepEqual(problems({ steps: [TRIGGER, wait], transitions }), [
      'WAIT_WITHOUT_TIMEOUT WAIT_FOR_EVENT',
    ])
  })
})
