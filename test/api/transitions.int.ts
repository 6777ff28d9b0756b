import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { keepingOutbox, startApi, type TestApi, type TestProject } from '../support/api.js'
import { faultsOf, type Reply } from '../support/http.js'
import { CONDITION, EXIT, edgesOf, newWorkflow, type TestWorkflow } from '../support/workflows.js'

describe('transitions over HTTP', () => {
  let api: TestApi
  let project: TestProject
  let workflow: TestWorkflow
  let steps: Record<string, string>
  before(async () => {
    api = await startApi({ outbox: keepingOutbox() })
    project = await api.newProject()
  })
  beforeEach(async () => {
    workflow = await newWorkflow(project)
    const wait = { type: 'WAIT_FOR_EVENT', config: { eventName: 'x' } }
    const branches = [{ id: 'gold', name: 'Gold', operator: 'equals', value: 1 }]
    const multi = { ...CONDITION, config: { mode: 'multi', field: 'event.n', branches } }
    const webhook = { type: 'WEBHOOK', config: { url: 'https://example.com/' } }
    const kinds = { a: {}, b: {}, c: {}, condition: CONDITION, multi, wait, webhook, exit: EXIT }
    steps = { trigger: workflow.triggerId, unknown: randomUUID() }
    for (const [name, more] of Object.entries(kinds)) steps[name] = await workflow.step(more)
  })
  after(() => api.close())
  const connect = (from: string, to: string, condition?: unknown, priority?: number) =>
    workflow.connect(String(steps[from]), String(steps[to]), condition, priority)
  const one = (reply: Reply) => `${workflow.path}/transitions/${reply.at('id')}`

  it('show what was given', async () => {
    const reply = await connect('a', 'b', { '==': [{ var: 'event.n' }, 1] }, 4)
    assert.equal(reply.status, 201)
    const { id: _id, createdAt: _at, updatedAt: _updated, ...shown } = reply.body as Record<string, unknown>
    assert.deepEqual(shown, {
      workflowId: workflow.id,
      fromStepId: steps['a'],
      toStepId: steps['b'],
      condition: { '==': [{ var: 'event.n' }, 1] },
      priority: 4,
    })
    assert.deepEqual((await connect('trigger', 'a', null)).at('condition'), null)
  })

  const taken: readonly (readonly [string, string])[] = [
    ['condition', 'yes'],
    ['condition', 'no'],
    ['multi', 'gold'],
    ['multi', 'default'],
    ['wait', 'event'],
    ['wait', 'timeout'],
    ['webhook', 'success'],
    ['webhook', 'failure'],
  ]
  for (const [from, branch] of taken)
    it(`leave a ${from} by ${branch}, once`, async () => {
      assert.equal((await connect(from, 'a', { branch })).status, 201)
      const again = await connect(from, 'b', { branch }, 3)
      assert.deepEqual([again.status, again.at('error.code')], [409, 'CONFLICT'])
    })

  const rule = { '==': [1, 1] }
  const refused: readonly (readonly [string, string, string, unknown, number, string])[] = [
    ['to itself', 'a', 'a', null, 422, 'toStepId'],
    ['from EXIT', 'exit', 'a', null, 422, 'fromStepId'],
    ['into TRIGGER', 'a', 'trigger', null, 422, 'toStepId'],
    ['into TRIGGER, by a branch', 'condition', 'trigger', { branch: 'yes' }, 422, 'toStepId'],
    ['an unknown branch', 'condition', 'a', { branch: 'maybe' }, 422, 'condition.branch'],
    ['a branch of the other form', 'multi', 'a', { branch: 'yes' }, 422, 'condition.branch'],
    ['a branch of a DELAY', 'a', 'b', { branch: 'yes' }, 422, 'condition.branch'],
    ['a branch of the TRIGGER', 'trigger', 'a', { branch: 'event' }, 422, 'condition.branch'],
    ['a branch that is a number', 'condition', 'a', { branch: 1 }, 422, 'condition'],
    ['a branch and more', 'condition', 'a', { branch: 'yes', and: [] }, 422, 'condition'],
    ['an inherited branch', 'condition', 'a', { branch: 'toString' }, 422, 'condition.branch'],
    ['an unknown operator', 'a', 'b', { log: ['x'] }, 422, 'condition.log'],
    ['two operators', 'a', 'b', { '==': [1, 1], '!=': [1, 2] }, 422, 'condition'],
    ['an empty condition', 'a', 'b', {}, 422, 'condition'],
    ['a list', 'a', 'b', [], 422, 'condition'],
    ['text', 'a', 'b', 'yes', 422, 'condition'],
    [
      'more than 500 nodes',
      'a',
      'b',
      { or: Array.from({ length: 501 }, () => true) },
      422,
      'condition.or[499]',
    ],
    ['an unknown start', 'unknown', 'a', null, 404, 'STEP_NOT_FOUND'],
    ['an unknown end', 'a', 'unknown', rule, 404, 'STEP_NOT_FOUND'],
  ]
  for (const [title, from, to, condition, status, place] of refused)
    it(`refuse ${title}`, async () => {
      const reply = await connect(from, to, condition)
      assert.equal(reply.status, status, JSON.stringify(reply.body))
      if (status === 404) assert.equal(reply.at('error.code'), place)
      else assert.deepEqual(Object.keys(faultsOf(reply)), [place])
      assert.equal(edgesOf(await workflow.read()).length, 0)
    })

  it('refuse a loop, however long', async () => {
    await connect('a', 'b')
    await connect('b', 'c')
    await connect('c', 'condition')
    const reply = await connect('condition', 'a', { branch: 'no' })
    assert.deepEqual([reply.status, faultsOf(reply)], [422, { toStepId: 'invalid_value' }])
  })

  it('are unconditional once a step', async () => {
    assert.equal((await connect('a', 'b')).status, 201)
    assert.equal((await connect('a', 'c')).status, 409)
    assert.equal((await connect('a', 'c', rule)).status, 201)
    assert.equal((await connect('a', 'c', rule)).status, 201)
    const conditional = await connect('a', 'condition', rule)
    const cleared = await project.call('PATCH', one(conditional), { body: { condition: null } })
    assert.equal(cleared.status, 409)
  })

  it('come by the step they leave, then priority, then age', async () => {
    await connect('b', 'c')
    await connect('a', 'b', rule, 2)
    await connect('a', 'c', rule, 1)
    await connect('a', 'exit', rule, 1)
    await connect('trigger', 'a')
    const read = await workflow.read()
    const ends = edgesOf(read).map(([from, to]) => [from, to])
    const edges = ['trigger a', 'a c', 'a exit', 'a b', 'b c']
    const expected = edges.map((edge) => edge.split(' ').map((name) => steps[name]))
    assert.deepEqual(ends, expected)
    const starts = (read.at('transitions') as { fromStepId: string }[]).map(({ fromStepId }) => fromStepId)
    assert.deepEqual(starts, starts.toSorted())
  })

  it('change condition and priority, nothing else', async () => {
    const made = await connect('condition', 'a', { branch: 'yes' })
    const body = { condition: { branch: 'no' }, priority: 5 }
    const changed = await project.call('PATCH', one(made), { body })
    assert.deepEqual(
      [changed.status, changed.at('condition'), changed.at('priority')],
      [200, { branch: 'no' }, 5],
    )
    assert.deepEqual((await project.call('PATCH', one(made), { body: {} })).at('condition'), { branch: 'no' })
    assert.equal(
      (await project.call('PATCH', one(made), { body: { condition: null } })).at('condition'),
      null,
    )
    for (const bad of [
      { toStepId: steps['b'] },
      { priority: -1 },
      { priority: 1.5 },
      { priority: '1' },
      { condition: { branch: 'x' } },
    ])
      assert.equal((await project.call('PATCH', one(made), { body: bad })).status, 422, JSON.stringify(bad))
  })

  it('go', async () => {
    const made = await connect('a', 'b')
    assert.equal((await project.call('DELETE', one(made))).status, 204)
    for (const method of ['DELETE', 'PATCH']) {
      const reply = await project.call(method, one(made), method === 'PATCH' ? { body: {} } : {})
      assert.deepEqual([reply.status, reply.at('error.code')], [404, 'TRANSITION_NOT_FOUND'])
    }
  })

  it('name every wrong field at once', async () => {
    const body = { fromStepId: 'x', toStepId: { $ne: 1 }, condition: [], priority: -1, id: 1 }
    const reply = await project.call('POST', `${workflow.path}/transitions`, { body })
    const fields = ['condition', 'fromStepId', 'id', 'priority', 'toStepId']
    assert.deepEqual([reply.status, Object.keys(faultsOf(reply)).sort()], [422, fields])
    const branch = { fromStepId: steps['a'], toStepId: 1, condition: { branch: 'yes' } }
    const second = await project.call('POST', `${workflow.path}/transitions`, { body: branch })
    assert.deepEqual(Object.keys(faultsOf(second)).sort(), ['condition.branch', 'toStepId'])
    const ends = { fromStepId: steps['exit'], toStepId: steps['exit'], priority: -1 }
    const looped = await project.call('POST', `${workflow.path}/transitions`, { body: ends })
    assert.deepEqual(Object.keys(faultsOf(looped)).sort(), ['fromStepId', 'priority', 'toStepId'])
    const made = await connect('condition', 'a', { branch: 'yes' })
    const third = await project.call('PATCH', one(made), {
      body: { priority: -1, condition: { branch: 'x' } },
    })
    assert.deepEqual(Object.keys(faultsOf(third)).sort(), ['condition.branch', 'priority'])
  })
})
