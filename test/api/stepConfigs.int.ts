import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { keepingOutbox, startApi, type TestApi, type TestProject } from '../support/api.js'
import { faultsOf } from '../support/http.js'
import { newWorkflow, type TestWorkflow } from '../support/workflows.js'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const TEMPLATE = { name: 't', subject: 's', body: 'b', from: 'us@example.com' }

describe('step configs over HTTP', () => {
  let api: TestApi
  let project: TestProject
  let workflow: TestWorkflow
  let template: string
  let other: string
  let foreign: string
  before(async () => {
    api = await startApi({ outbox: keepingOutbox() })
    project = await api.newProject()
    workflow = await newWorkflow(project)
    const stranger = await api.newProject()
    const make = async (of: TestProject) =>
      String((await of.call('POST', '/templates', { body: TEMPLATE })).at('id'))
    ;[template, other, foreign] = [await make(project), await make(project), await make(stranger)]
  })
  after(() => api.close())
  const add = (type: string, more: object) =>
    project.call('POST', `${workflow.path}/steps`, { body: { type, name: 's', autoConnect: false, ...more } })
  const patch = (id: unknown, body: object) => project.call('PATCH', `${workflow.path}/steps/${id}`, { body })

  const good: readonly (readonly [string, object])[] = [
    ['DELAY', { amount: 0.5, unit: 'seconds' }],
    ['DELAY', { amount: 365, unit: 'days' }],
    ['DELAY', { until: '2030-01-01T00:00:00.000Z' }],
    ['DELAY', { until: 'event.at' }],
    ['DELAY', { timeOfDay: '09:00', weekdays: [1, 7], timezone: 'Europe/Berlin' }],
    ['WAIT_FOR_EVENT', { eventName: 'email.click', timeout: 31_536_000, since: 'start' }],
    ['CONDITION', { field: 'contact.data.plan', operator: 'exists' }],
    ['CONDITION', { rule: { and: [{ var: 'contact.subscribed' }, { '>': [{ var: 'event.n' }, 1] }] } }],
    [
      'WEBHOOK',
      { url: 'https://example.com/{{ contact.id }}', body: { $schema: { 'a.b': [null] } }, retries: 0 },
    ],
    ['UPDATE_CONTACT', { data: { plan: '{{ event.plan }}', gone: null } }],
    ['UPDATE_CONTACT', { subscriptionAction: 'unsubscribe' }],
    ['EXIT', {}],
    ['EXIT', { reason: 'r'.repeat(200) }],
  ]
  for (const [type, config] of good)
    it(`come back as they were sent: ${type} ${JSON.stringify(config).slice(0, 60)}`, async () => {
      const made = await add(type, { config })
      assert.equal(made.status, 201, JSON.stringify(made.body))
      assert.deepEqual(made.at('config'), config)
      const steps = (await workflow.read()).at('steps') as { id: string; config: unknown }[]
      assert.deepEqual(steps.find(({ id }) => id === made.at('id'))?.config, config)
    })

  const bad: readonly (readonly [string, object, readonly string[]])[] = [
    ['DELAY', { amount: 366, unit: 'days' }, ['config.amount']],
    ['DELAY', { amount: 0.0001, unit: 'seconds' }, ['config.amount']],
    ['DELAY', { amount: '1', unit: 'weeks' }, ['config.amount', 'config.unit']],
    ['WAIT_FOR_EVENT', {}, ['config.eventName']],
    [
      'WAIT_FOR_EVENT',
      { eventName: 'x', timeout: 31_536_001, since: 'now' },
      ['config.since', 'config.timeout'],
    ],
    ['CONDITION', { field: 'contact.email', operator: 'like', value: 1 }, ['config.operator']],
    ['WEBHOOK', { url: 'ftp://example.com', timeoutSeconds: 31 }, ['config.timeoutSeconds', 'config.url']],
    ['WEBHOOK', { url: 'https://user:pw@example.com/' }, ['config.url']],
    ['WEBHOOK', { url: 'https://example.com', headers: { Host: 'x' } }, ['config.headers.Host']],
    ['WEBHOOK', { url: 'https://example.com', secret: 'x' }, ['config.secret']],
    ['UPDATE_CONTACT', {}, ['config.data']],
    ['UPDATE_CONTACT', { data: { a: '{{ event.a', b: ['{% if %}'] } }, ['config.data.a', 'config.data.b[0]']],
    [
      'WEBHOOK',
      { url: 'https://example.com/{{ x', headers: { A: '{{ y | no }}' }, body: { b: '{%' }, retries: -1 },
      ['config.body.b', 'config.headers.A', 'config.retries', 'config.url'],
    ],
    ['EXIT', { reason: 'r'.repeat(201), x: 1 }, ['config.reason', 'config.x']],
    ['SEND_EMAIL', {}, ['templateId']],
    ['SEND_EMAIL', { templateId: 'x' }, ['config.templateId']],
  ]
  for (const [type, config, fields] of bad)
    it(`are refused with every fault: ${type} ${JSON.stringify(config).slice(0, 60)}`, async () => {
      const reply = await add(type, { config })
      assert.deepEqual([reply.status, Object.keys(faultsOf(reply)).sort()], [422, fields])
      assert.doesNotMatch(JSON.stringify(reply.body), /Invalid input|zod/i)
    })

  it('say where Liquid is wrong, also in a PATCH and in an import', async () => {
    const made = await add('WEBHOOK', { config: { url: 'https://example.com' } })
    const config = { url: 'https://example.com', body: 'one\n{{ two | nope }}' }
    const patched = await patch(made.at('id'), { config })
    assert.deepEqual([patched.status, faultsOf(patched)], [422, { 'config.body': 'liquid_syntax' }])
    assert.match(String(patched.at('error.errors.0.message')), /line 2, column 1/)
    const document = { name: 'n', triggerConfig: { eventName: 'e' } }
    const steps = [{ key: 'a', type: 'WEBHOOK', name: 'a', config }]
    const imported = await project.call('POST', '/workflows/import', { body: { ...document, steps } })
    assert.deepEqual(faultsOf(imported), { 'steps[0].config.body': 'liquid_syntax' })
  })

  describe('of mails', () => {
    it('name a template in one place or both', async () => {
      const top = await add('SEND_EMAIL', { templateId: template })
      assert.deepEqual([top.status, top.at('templateId')], [201, template])
      const inside = await add('SEND_EMAIL', { config: { templateId: template } })
      assert.deepEqual([inside.status, inside.at('templateId')], [201, template])
      assert.equal(
        (await add('SEND_EMAIL', { templateId: template, config: { templateId: template } })).status,
        201,
      )
      const both = await add('SEND_EMAIL', { templateId: template, config: { templateId: other } })
      assert.deepEqual([both.status, faultsOf(both)], [422, { templateId: 'invalid_value' }])
    })

    it('name a template of the project', async () => {
      for (const id of [foreign, randomUUID(), '11111111-1111-1111-1111-111111111111'])
        for (const more of [{ templateId: id }, { config: { templateId: id } }]) {
          const reply = await add('SEND_EMAIL', more)
          assert.deepEqual([reply.status, reply.at('error.code')], [404, 'TEMPLATE_NOT_FOUND'])
        }
      const made = await add('SEND_EMAIL', { templateId: template })
      assert.equal((await patch(made.at('id'), { templateId: foreign })).status, 404)
      assert.equal((await patch(made.at('id'), { config: { templateId: foreign } })).status, 404)
    })

    it('cannot be left without one', async () => {
      const top = await add('SEND_EMAIL', { templateId: template })
      const detached = await patch(top.at('id'), { templateId: null })
      assert.deepEqual([detached.status, faultsOf(detached)], [422, { templateId: 'required' }])
      const inside = await add('SEND_EMAIL', { config: { templateId: template } })
      const reply = await patch(inside.at('id'), { templateId: null })
      assert.deepEqual([reply.status, reply.at('templateId')], [200, null])
      assert.deepEqual(reply.at('config'), { templateId: template })
    })

    it('follow the place that a PATCH names', async () => {
      const { id } = (await add('SEND_EMAIL', { config: { templateId: template } })).body as { id: string }
      const top = await patch(id, { templateId: other })
      assert.deepEqual([top.at('templateId'), top.at('config.templateId')], [other, other])
      const inside = await patch(id, { config: { templateId: template } })
      assert.deepEqual([inside.at('templateId'), inside.at('config.templateId')], [template, template])
      assert.equal((await patch(id, { templateId: other, config: { templateId: template } })).status, 422)
    })
  })

  it('never show secrets, and keep them while a PATCH does not name them', async () => {
    const url = 'https://example.com/'
    const made = await add('WEBHOOK', { config: { url, secret: SECRET } })
    assert.deepEqual([made.status, made.at('config')], [201, { url }])
    const id = made.at('id')
    const stored = async () => {
      const workflows = await api.deps.workflows.get(project.id, workflow.id as never)
      return workflows?.steps.find((step) => step.id === id)?.config['secret']
    }
    assert.deepEqual((await patch(id, { config: { url, method: 'PUT' } })).at('config'), {
      url,
      method: 'PUT',
    })
    assert.equal(await stored(), SECRET)
    const shown = [await workflow.read(), await project.call('GET', `${workflow.path}/export`)]
    shown.push(await project.call('POST', `${workflow.path}/duplicate`))
    for (const reply of shown) assert.doesNotMatch(JSON.stringify(reply.body), /whsec_/)
    assert.deepEqual((await patch(id, { config: { url, secret: null } })).at('config'), { url })
    assert.equal(await stored(), undefined)
  })
})
