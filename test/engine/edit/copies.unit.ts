import assert from 'node:assert/strict'
import { checkTemplate } from '../../../src/effects/liquid.js'
import { stepFaults } from '../../../src/engine/edit/checkStep.js'
import { duplicateWorkflow } from '../../../src/engine/edit/copy.js'
import { type Exchange, exportWorkflow } from '../../../src/engine/edit/exchange.js'
import { importWorkflow } from '../../../src/engine/edit/importWorkflow.js'
import {
  LATER,
  NOW,
  newProjectId,
  stepOf,
  toolsAt,
  transitionOf,
  triggerOf,
  withParts,
  workflowOf,
} from '../../support/workflowValues.js'

const tools = toolsAt(LATER)

/** A call, a CONDITION on its output, two ways of equal priority whose order is their age. */
function sample() {
  const empty = workflowOf({ enabled: true, description: 'd' })
  const call = stepOf('WEBHOOK', 'call', {
    url: 'https://example.com',
    body: { list: ['{{ name }}', 1, null] },
  })
  const field = `steps.${call.id}.output.statusCode`
  const check = stepOf('CONDITION', 'check', { field, operator: 'equals', value: 200 })
  const text = `{{ steps['${call.id}'].output.x }} and steps.other`
  const update = stepOf('UPDATE_CONTACT', 'update', { data: { note: text } })
  const young = new Date(NOW.getTime() + 1)
  const ways = [
    transitionOf(call, update, { condition: { '==': [{ var: field }, 404] }, createdAt: young }),
    transitionOf(call, check, { condition: { branch: 'success' } }),
    transitionOf(triggerOf(empty), call),
  ]
  return { workflow: withParts(empty, [call, check, update], ways), call }
}

describe('A copy', () => {
  const { workflow, call } = sample()
  const copy = duplicateWorkflow(workflow, tools)

  it('is disabled and begins anew', () => {
    const { name, enabled, enabledAt, version, revision, createdAt, description } = copy
    assert.deepEqual(
      [name, enabled, enabledAt, version, revision, createdAt, description],
      ['Welcome (Copy)', false, null, 1, 1, LATER, 'd'],
    )
    assert.notEqual(copy.key, workflow.key)
  })

  it('keeps the keys of its steps and has ids of its own, in configs and rules too', () => {
    assert.deepEqual(
      copy.steps.map(({ key }) => key),
      workflow.steps.map(({ key }) => key),
    )
    const text = JSON.stringify(copy)
    for (const { id } of [...workflow.steps, ...workflow.transitions, workflow]) assert.ok(!text.includes(id))
    const copied = copy.steps.find(({ key }) => key === 'call')
    assert.equal(copy.steps[2]?.config['field'], `steps.${copied?.id}.output.statusCode`)
    assert.equal(JSON.stringify(copy.steps[3]?.config).split(String(copied?.id)).length, 2)
    assert.notEqual(copied?.id, call.id)
  })

  it('tries its transitions in the same order', () => {
    const keyOf = (id: string) => copy.steps.find((step) => step.id === id)?.key
    const ages = [...copy.transitions].sort((one, two) => one.createdAt.getTime() - two.createdAt.getTime())
    const ways = ages.map(({ fromStepId, toStepId }) => `${keyOf(fromStepId)} ${keyOf(toStepId)}`)
    assert.ok(ways.indexOf('call check') < ways.indexOf('call update'))
    assert.deepEqual(copy.transitions.at(-1)?.createdAt, LATER)
  })

  it('stays within the length of names', () => {
    assert.equal(duplicateWorkflow({ ...workflow, name: 'n'.repeat(100) }, tools).name.length, 100)
  })
})

describe('An exported workflow', () => {
  const { workflow } = sample()
  const document = exportWorkflow(workflow)

  it('names everything by key', () => {
    assert.doesNotMatch(JSON.stringify(document), /[0-9a-f]{8}-[0-9a-f]{4}-/)
    assert.deepEqual(
      document.steps.map(({ key }) => key),
      ['call', 'check', 'update'],
    )
    assert.equal(document.steps[1]?.config['field'], 'steps.call.output.statusCode')
    assert.deepEqual(
      document.transitions.map(({ from, to }) => `${from} ${to}`),
      ['trigger call', 'call check', 'call update'],
    )
  })

  it('comes back as it was', () => {
    const imported = importWorkflow(newProjectId(), document, tools)
    assert.ok(imported.ok)
    assert.deepEqual([imported.workflow.enabled, imported.workflow.version], [false, 1])
    assert.deepEqual(exportWorkflow(imported.workflow), document)
  })
})

describe('An import', () => {
  const document = exportWorkflow(sample().workflow)
  const faultOf = (more: Partial<Exchange>) => {
    const imported = importWorkflow(newProjectId(), { ...document, ...more }, tools)
    assert.ok(!imported.ok)
    return [imported.fault.code, ...imported.fault.faults.map(({ field }) => field)]
  }
  const way = (from: string, to: string, condition: Exchange['transitions'][number]['condition'] = null) => ({
    from,
    to,
    condition,
    priority: 0,
  })

  it('names every fault by its place', () => {
    const [call, check] = document.steps
    assert.ok(call && check)
    const steps = [call, { ...check, key: 'call', config: {} }, { ...check, key: 'trigger' }]
    assert.deepEqual(faultOf({ steps, transitions: [way('call', 'x'), way('y', 'call')] }), [
      'INVALID',
      'steps[1].key',
      'steps[2].key',
      'transitions[0].to',
      'transitions[1].from',
      'steps[1].config.field',
      'steps[1].config.operator',
    ])
  })

  it('gathers what is wrong with transitions', () => {
    const transitions = [way('call', 'call'), way('check', 'trigger'), way('call', 'check', { branch: 'x' })]
    assert.deepEqual(faultOf({ transitions }), [
      'INVALID',
      'transitions[0].to',
      'transitions[1].to',
      'transitions[2].condition.branch',
    ])
  })

  it('ends at a second way of the same kind', () => {
    assert.deepEqual(faultOf({ transitions: [way('call', 'check'), way('call', 'update')] }), ['CONFLICT'])
  })

  it('has at most 500 steps', () => {
    const [call] = document.steps
    assert.ok(call)
    const steps = Array.from({ length: 501 }, (_, at) => ({ ...call, key: `k${at}` }))
    assert.deepEqual(faultOf({ steps, transitions: [] }), ['INVALID', 'steps'])
  })
})

describe('The contents of a step', () => {
  const faults = (config: object, templateId: string | null) =>
    stepFaults({ type: 'SEND_EMAIL', config: config as never, templateId }, checkTemplate).map(
      ({ field }) => field,
    )
  const [one, two] = ['7c5bd9c6-6f0e-4d3a-9c0e-2f0f6f2f5a11', '7c5bd9c6-6f0e-4d3a-9c0e-2f0f6f2f5a12']

  it('of a mail name one template, in either place', () => {
    assert.deepEqual(faults({}, null), ['templateId'])
    assert.deepEqual(faults({}, one), [])
    assert.deepEqual(faults({ templateId: one }, null), [])
    assert.deepEqual(faults({ templateId: one.toUpperCase() }, one), [])
    assert.deepEqual(faults({ templateId: one }, two), ['templateId'])
  })

  it('of other kinds need none', () => {
    assert.deepEqual(stepFaults({ type: 'EXIT', config: {}, templateId: null }, checkTemplate), [])
  })
})
