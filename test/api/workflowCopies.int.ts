import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { keepingOutbox, startApi, type TestApi, type TestProject } from '../support/api.js'
import { faultsOf, type Reply } from '../support/http.js'
import { CONDITION, EXIT, newWorkflow, type TestWorkflow, transitionsOf } from '../support/workflows.js'

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-/

describe('copies of a workflow', () => {
  let api: TestApi
  let project: TestProject
  let workflow: TestWorkflow
  let call: string
  before(async () => {
    api = await startApi({ outbox: keepingOutbox() })
    project = await api.newProject()
    workflow = await newWorkflow(project, { description: 'd', enabled: true, allowReentry: true })
    call = await workflow.step({ type: 'WEBHOOK', name: 'call', config: { url: 'https://example.com/' } })
    const field = `steps.${call}.output.statusCode`
    const condition = await workflow.step({ ...CONDITION, config: { field, operator: 'equals', value: 200 } })
    const exit = await workflow.step(EXIT)
    await workflow.connect(workflow.triggerId, call)
    await workflow.connect(call, condition, { branch: 'success' }, 2)
    await workflow.connect(call, exit, { '==': [{ var: field }, 404] }, 2)
    await workflow.connect(condition, exit, { branch: 'yes' })
  })
  after(() => api.close())

  /** What must be the same in a copy: all but ids and times. */
  const shapeOf = (reply: Reply) => {
    const steps = reply.at('steps') as { id: string }[]
    const text = steps.reduce(
      (json, { id }, at) => json.replaceAll(id, `step ${at}`),
      JSON.stringify([reply.at('steps'), transitionsOf(reply)], (key, value: unknown) =>
        ['createdAt', 'updatedAt', 'workflowId'].includes(key) ? undefined : value,
      ),
    )
    return (JSON.parse(text) as Record<string, unknown>[][]).map((list) =>
      list.map(({ id: _id, ...rest }) => rest),
    )
  }

  it('by duplicate: disabled, with ids of their own that configs and rules follow', async () => {
    const original = await workflow.read()
    const copy = await project.call('POST', `${workflow.path}/duplicate`)
    assert.equal(copy.status, 201)
    assert.deepEqual(
      ['name', 'enabled', 'description', 'allowReentry', 'version', 'triggerConfig'].map((field) =>
        copy.at(field),
      ),
      ['Welcome (Copy)', false, 'd', true, 1, { eventName: 'signed_up' }],
    )
    assert.deepEqual(shapeOf(copy), shapeOf(original))
    const ids = (reply: Reply) =>
      [...JSON.stringify(reply.body).matchAll(/"id":"([^"]+)"/g)].map(([, id]) => id)
    assert.deepEqual(
      ids(copy).filter((id) => ids(original).includes(id)),
      [],
    )
    assert.doesNotMatch(JSON.stringify(copy.body), new RegExp(call))
    assert.deepEqual((await project.call('GET', `/workflows/${copy.at('id')}`)).body, copy.body)
    assert.deepEqual((await workflow.read()).body, original.body)
  })

  it('keep names within 100 characters', async () => {
    const long = await newWorkflow(project, { name: 'n'.repeat(100) })
    const copy = await project.call('POST', `${long.path}/duplicate`)
    assert.equal(copy.at('name'), `${'n'.repeat(93)} (Copy)`)
  })

  it('by export hold no ids, and the TRIGGER by its name alone', async () => {
    const exported = await project.call('GET', `${workflow.path}/export`)
    assert.equal(exported.status, 200)
    assert.doesNotMatch(JSON.stringify(exported.body), UUID)
    const steps = exported.at('steps') as { key: string; type: string }[]
    assert.deepEqual(
      steps.map(({ type }) => type),
      ['WEBHOOK', 'CONDITION', 'EXIT'],
    )
    const transitions = exported.at('transitions') as { from: string; to: string }[]
    const keys = new Set(['trigger', ...steps.map(({ key }) => key)])
    assert.ok(transitions.every(({ from, to }) => keys.has(from) && keys.has(to)))
    assert.deepEqual(
      transitions.filter(({ from }) => from === 'trigger').map(({ to }) => to),
      [steps[0]?.key],
    )
  })

  it('come back by import, in another project too', async () => {
    const body = (await project.call('GET', `${workflow.path}/export`)).body
    for (const into of [project, await api.newProject()]) {
      const imported = await into.call('POST', '/workflows/import', { body })
      assert.equal(imported.status, 201, JSON.stringify(imported.body))
      assert.deepEqual(
        [imported.at('enabled'), imported.at('name'), imported.at('version')],
        [false, 'Welcome', 1],
      )
      assert.deepEqual(shapeOf(imported), shapeOf(await workflow.read()))
      const again = await into.call('GET', `/workflows/${imported.at('id')}/export`)
      assert.deepEqual(again.body, body)
    }
  })

  const delay = { key: 'a', type: 'DELAY', name: 'a', config: { amount: 1, unit: 'days' } }
  const document = { name: 'n', triggerConfig: { eventName: 'e' }, steps: [delay, { ...delay, key: 'b' }] }
  const link = (from: string, to: string, condition: unknown = null) => ({ from, to, condition })
  const refused: readonly (readonly [string, object, number, readonly string[]])[] = [
    ['nothing', {}, 422, ['name', 'triggerConfig']],
    ['an id', { ...document, id: randomUUID() }, 422, ['id']],
    ['a key twice', { ...document, steps: [delay, delay] }, 422, ['steps[1].key']],
    [
      'the TRIGGER as a step',
      { ...document, steps: [{ ...delay, type: 'TRIGGER' }] },
      422,
      ['steps[0].type'],
    ],
    ['the key of the TRIGGER', { ...document, steps: [{ ...delay, key: 'trigger' }] }, 422, ['steps[0].key']],
    [
      'wrong configs, all named',
      {
        ...document,
        steps: [
          { ...delay, config: {} },
          { ...delay, key: 'b', config: { amount: 0, unit: 'days' } },
        ],
      },
      422,
      ['steps[0].config.amount', 'steps[0].config.unit', 'steps[1].config.amount'],
    ],
    ['an unknown end', { ...document, transitions: [link('a', 'c')] }, 422, ['transitions[0].to']],
    ['a loop', { ...document, transitions: [link('a', 'b'), link('b', 'a')] }, 422, ['transitions[1].to']],
    ['the way to itself', { ...document, transitions: [link('a', 'a')] }, 422, ['transitions[0].to']],
    [
      'a way into the TRIGGER',
      { ...document, transitions: [link('a', 'trigger')] },
      422,
      ['transitions[0].to'],
    ],
    [
      'an unknown branch',
      { ...document, transitions: [link('a', 'b', { branch: 'yes' })] },
      422,
      ['transitions[0].condition.branch'],
    ],
    ['two unconditional ways', { ...document, transitions: [link('a', 'b'), link('a', 'b')] }, 409, []],
    [
      'a template of nobody',
      { ...document, steps: [{ ...delay, type: 'SEND_EMAIL', config: { templateId: randomUUID() } }] },
      404,
      [],
    ],
  ]
  for (const [title, body, status, fields] of refused)
    it(`are not imported with ${title}`, async () => {
      const before = (await project.call('GET', '/workflows')).at('total')
      const reply = await project.call('POST', '/workflows/import', { body })
      assert.deepEqual([reply.status, Object.keys(faultsOf(reply)).sort()], [status, fields])
      assert.equal((await project.call('GET', '/workflows')).at('total'), before)
    })
})
