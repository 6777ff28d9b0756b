import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { keepingOutbox, startApi, type TestApi, type TestProject } from '../support/api.js'
import { faultsOf } from '../support/http.js'
import { CONDITION, DELAY, EXIT, edgesOf, newWorkflow, type TestWorkflow } from '../support/workflows.js'

describe('steps over HTTP', () => {
  let api: TestApi
  let project: TestProject
  let workflow: TestWorkflow
  before(async () => {
    api = await startApi({ outbox: keepingOutbox() })
    project = await api.newProject()
  })
  beforeEach(async () => {
    workflow = await newWorkflow(project)
  })
  after(() => api.close())
  const add = (body: object) => project.call('POST', `${workflow.path}/steps`, { body })
  const patch = (id: string, body: object) => project.call('PATCH', `${workflow.path}/steps/${id}`, { body })
  const edges = async () => edgesOf(await workflow.read())

  it('show what was given', async () => {
    const made = await add({ ...DELAY, name: ' wait ', position: { x: 1.5, y: -2 } })
    assert.equal(made.status, 201)
    const { id, createdAt, updatedAt, ...shown } = made.body as Record<string, unknown>
    assert.deepEqual(shown, {
      workflowId: workflow.id,
      type: 'DELAY',
      name: 'wait',
      position: { x: 1.5, y: -2 },
      config: DELAY.config,
      templateId: null,
    })
    assert.equal(createdAt, updatedAt)
    assert.deepEqual((await workflow.read()).at('steps.1'), made.body)
    assert.match(String(id), /^[0-9a-f-]{36}$/)
  })

  it('stand below the last one unless told otherwise', async () => {
    const first = await add({ ...DELAY, position: { x: 40, y: 300 } })
    const second = await add(DELAY)
    const y = Number(second.at('position.y'))
    assert.ok(second.at('position.x') === 40 && y > Number(first.at('position.y')))
  })

  it('connect themselves to the newest loose end', async () => {
    const id = async (body: object) => String((await add(body)).at('id'))
    const first = await id(DELAY)
    const second = await id({ ...DELAY, name: 'second' })
    const condition = await id(CONDITION)
    assert.deepEqual(await edges(), [
      [workflow.triggerId, first, null],
      [first, second, null],
      [second, condition, null],
    ])
    const lonely = await id(EXIT)
    assert.equal((await edges()).length, 3, 'neither a CONDITION nor what leads on is a loose end')
    const later = await id({ ...DELAY, autoConnect: false })
    const last = await id(DELAY)
    assert.deepEqual((await edges()).slice(3), [[later, last, null]])
    assert.ok(lonely)
  })

  it('take 500 beside the TRIGGER', async () => {
    const steps = Array.from({ length: 500 }, (_, at) => ({ key: `s${at}`, ...EXIT }))
    const body = { name: 'n', triggerConfig: { eventName: 'e' }, steps }
    const full = await project.call('POST', '/workflows/import', { body })
    assert.equal(full.status, 201)
    const reply = await project.call('POST', `/workflows/${full.at('id')}/steps`, { body: DELAY })
    assert.deepEqual([reply.status, faultsOf(reply)], [422, { type: 'too_big' }])
  })

  const refused: readonly (readonly [string, object, readonly string[]])[] = [
    ['a TRIGGER', { ...DELAY, type: 'TRIGGER', config: {} }, ['type']],
    ['an unknown kind', { ...DELAY, type: 'delay' }, ['type']],
    ['nothing', {}, ['name', 'type']],
    ['an empty name', { ...DELAY, name: ' ' }, ['name']],
    ['a long name', { ...DELAY, name: 'n'.repeat(101) }, ['name']],
    ['a position of text', { ...DELAY, position: { x: '1', y: 2 } }, ['position.x']],
    ['half a position', { ...DELAY, position: { x: 1 } }, ['position.y']],
    ['a list for a config', { ...DELAY, config: [] }, ['config']],
    ['null for a config', { ...DELAY, config: null }, ['config']],
    ['an id that is none', { ...DELAY, templateId: 'x' }, ['templateId']],
    ['autoConnect as text', { ...DELAY, autoConnect: 'false' }, ['autoConnect']],
    ...['id', 'workflowId', 'key', 'createdAt', '$set'].map(
      (field) => [`the field ${field}`, { ...DELAY, [field]: 'x' }, [field]] as const,
    ),
    [
      'all faults of all fields',
      { type: 'DELAY', name: 1, position: {}, config: { amount: -1, unit: 'weeks' }, x: 1 },
      ['config.amount', 'config.unit', 'name', 'position.x', 'position.y', 'x'],
    ],
  ]
  for (const [title, body, fields] of refused)
    it(`refuse ${title}`, async () => {
      const reply = await add(body)
      assert.deepEqual([reply.status, Object.keys(faultsOf(reply)).sort()], [422, fields])
      assert.equal(((await workflow.read()).at('steps') as unknown[]).length, 1)
    })

  it('change by what a PATCH names', async () => {
    const id = await workflow.step()
    const config = { amount: 3, unit: 'days' }
    const reply = await patch(id, { name: 'three', position: { x: 0, y: 0 }, config })
    assert.deepEqual(
      [reply.status, reply.at('name'), reply.at('position'), reply.at('config')],
      [200, 'three', { x: 0, y: 0 }, config],
    )
    assert.equal((await patch(id, {})).at('name'), 'three')
  })

  const patches: readonly (readonly [string, object, readonly string[]])[] = [
    ['type', { type: 'EXIT' }, ['type']],
    ['type, even to the same', { type: 'DELAY' }, ['type']],
    ['config to half of one', { config: { amount: 1 } }, ['config.unit']],
    [
      'config to another form',
      { config: { amount: 1, unit: 'days', until: '2030-01-01T00:00:00Z' } },
      ['config.until'],
    ],
    [
      'all at once',
      { name: '', config: { amount: 0, unit: 'days' }, id: 1 },
      ['config.amount', 'id', 'name'],
    ],
  ]
  for (const [title, body, fields] of patches)
    it(`do not change ${title}`, async () => {
      const id = await workflow.step()
      const reply = await patch(id, body)
      assert.deepEqual([reply.status, Object.keys(faultsOf(reply)).sort()], [422, fields])
      assert.deepEqual((await workflow.read()).at('steps.1.config'), DELAY.config)
    })

  it('keep a branch that a transition leaves by', async () => {
    const id = await workflow.step(CONDITION)
    await workflow.connect(id, await workflow.step(EXIT), { branch: 'no' })
    const branches = [{ id: 'b', name: 'B', operator: 'exists' }]
    const reply = await patch(id, { config: { mode: 'multi', field: 'contact.email', branches } })
    assert.deepEqual([reply.status, faultsOf(reply)], [422, { config: 'invalid_value' }])
    assert.equal((await patch(id, { config: { rule: { '!!': [{ var: 'contact.email' }] } } })).status, 200)
  })

  it('let the TRIGGER be renamed and moved, not be configured or removed', async () => {
    assert.equal((await patch(workflow.triggerId, { name: 'Start', position: { x: 1, y: 1 } })).status, 200)
    assert.equal((await patch(workflow.triggerId, { config: { eventName: 'x' } })).status, 422)
    const reply = await project.call('DELETE', `${workflow.path}/steps/${workflow.triggerId}`)
    assert.deepEqual([reply.status, reply.at('error.code')], [409, 'CONFLICT'])
  })

  for (const id of [
    randomUUID(),
    'undefined',
    '%20',
    '[object Object]',
    '7c5bd9c6-6f0e-4d3a-9c0e-2f0f6f2f5a11%20',
  ])
    it(`that are unknown are STEP_NOT_FOUND: ${id}`, async () => {
      const path = `${workflow.path}/steps/${id}`
      for (const reply of [
        await project.call('PATCH', path, { body: {} }),
        await project.call('DELETE', path),
      ])
        assert.deepEqual([reply.status, reply.at('error.code')], [404, 'STEP_NOT_FOUND'])
    })
})
