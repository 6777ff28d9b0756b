import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createRoutes } from '../../src/api/routes.js'
import { keepingOutbox, startApi, type TestApi, type TestProject } from '../support/api.js'
import type { Reply } from '../support/http.js'
import { DELAY, newWorkflow } from '../support/workflows.js'

/** Bodies that pass every check, so that the id alone decides. */
const BODIES: Readonly<Record<string, object>> = {
  'PATCH /workflows/:id': { name: 'taken' },
  'POST /workflows/:id/steps': DELAY,
  'PATCH /workflows/:id/steps/:stepId': { name: 'taken' },
  'POST /workflows/:id/transitions': { fromStepId: randomUUID(), toStepId: randomUUID() },
  'PATCH /workflows/:id/transitions/:transitionId': { priority: 9 },
  'POST /workflows/:id/transitions/:transitionId/insert-step': DELAY,
  'POST /workflows/:id/executions': { email: 'victim@example.com' },
  'POST /workflows/:id/replays': { from: '2025-01-01T00:00:00.000Z', mode: 'missing' },
  'PATCH /contacts/:id': { data: { x: 1 } },
  'PATCH /templates/:id': { name: 'taken' },
  'POST /templates/:id/preview': {},
}

describe('what belongs to another project', () => {
  let api: TestApi
  let own: TestProject
  let foreign: Readonly<Record<string, string>>
  let snapshot: () => Promise<string>
  before(async () => {
    api = await startApi({ outbox: keepingOutbox() })
    own = await api.newProject()
    const victim = await api.newProject()
    const workflow = await newWorkflow(victim)
    const stepId = await workflow.step()
    const transition = await workflow.connect(workflow.triggerId, stepId)
    const contact = await victim.call('POST', '/contacts', { body: { email: 'victim@example.com' } })
    const template = { name: 't', subject: 's', body: 'b', from: 'us@example.com' }
    const kept = await victim.call('POST', '/templates', { body: template })
    const key = await victim.call('POST', '/keys', { body: { type: 'secret' } })
    foreign = {
      workflows: workflow.id,
      stepId,
      transitionId: String(transition.at('id')),
      contacts: String(contact.at('id')),
      templates: String(kept.at('id')),
      keys: String(key.at('id')),
    }
    const paths = [workflow.path, `/contacts/${contact.at('id')}`, `/templates/${kept.at('id')}`, '/keys']
    snapshot = async () => {
      const replies = await Promise.all(paths.map((path) => victim.call('GET', path)))
      return JSON.stringify(replies.map(({ body }) => body))
    }
  })
  after(() => api.close())

  /** The path with ids of the victim, or of nobody; the workflow may also be one's own. */
  const pathOf = (path: string, idOf: (name: string) => string) => {
    const resource = path.split('/')[1] ?? ''
    return path.replace(/:(\w+)/g, (_, name: string) => idOf(name === 'id' ? resource : name))
  }
  const essence = ({ status, body }: Reply) => {
    const { error } = body as { error: { code: string; message: string } }
    return [status, error.code, error.message]
  }

  it('answers on every route as what does not exist, and stays as it is', async () => {
    const routes = createRoutes(api.deps).filter(
      ({ path, access }) => path.includes(':') && access !== 'open',
    )
    assert.ok(routes.length > 15)
    const before = await snapshot()
    for (const { method, path } of routes) {
      const body = BODIES[`${method} ${path}`]
      const theirs = pathOf(path, (name) => foreign[name] ?? randomUUID())
      const nobodys = pathOf(path, () => randomUUID())
      const replies = [await own.call(method, theirs, { body }), await own.call(method, nobodys, { body })]
      const [seen, expected] = replies.map(essence)
      assert.deepEqual(seen, expected, `${method} ${path}`)
      assert.equal(seen?.[0], 404, `${method} ${path}: ${JSON.stringify(replies[0]?.body)}`)
    }
    assert.equal(await snapshot(), before)
  })

  it("does not come in through a workflow of one's own", async () => {
    const mine = await newWorkflow(own)
    const step = await mine.step()
    const calls: readonly (readonly [string, string, object?])[] = [
      ['PATCH', `${mine.path}/steps/${foreign['stepId']}`, { name: 'x' }],
      ['DELETE', `${mine.path}/steps/${foreign['stepId']}`],
      ['PATCH', `${mine.path}/transitions/${foreign['transitionId']}`, { priority: 1 }],
      ['DELETE', `${mine.path}/transitions/${foreign['transitionId']}`],
      ['POST', `${mine.path}/transitions/${foreign['transitionId']}/insert-step`, DELAY],
      ['POST', `${mine.path}/transitions`, { fromStepId: step, toStepId: foreign['stepId'] }],
      ['POST', `${mine.path}/steps`, { type: 'SEND_EMAIL', name: 's', templateId: foreign['templates'] }],
    ]
    const before = await snapshot()
    for (const [method, path, body] of calls)
      assert.equal((await own.call(method, path, { body })).status, 404, path)
    assert.equal(await snapshot(), before)
  })

  it('is in no list', async () => {
    for (const path of ['/contacts', '/templates', '/events', '/messages', '/events/names'])
      assert.deepEqual((await own.call('GET', path)).at('data'), [], path)
  })
})
