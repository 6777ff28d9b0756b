import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { keepingOutbox, startApi, type TestApi, type TestProject } from '../support/api.js'
import {
  CONDITION,
  DELAY,
  EXIT,
  edgesOf,
  newWorkflow,
  type TestWorkflow,
  transitionsOf,
} from '../support/workflows.js'

describe('steps between steps', () => {
  let api: TestApi
  let project: TestProject
  let workflow: TestWorkflow
  let chain: readonly [string, string, string]
  before(async () => {
    api = await startApi({ outbox: keepingOutbox() })
    project = await api.newProject()
  })
  beforeEach(async () => {
    workflow = await newWorkflow(project)
    chain = [await workflow.step(CONDITION), await workflow.step(), await workflow.step(EXIT)]
    await workflow.connect(workflow.triggerId, chain[0])
    await workflow.connect(chain[0], chain[1], { branch: 'yes' }, 7)
    await workflow.connect(chain[1], chain[2])
  })
  after(() => api.close())
  const remove = (id: string, query = '') => project.call('DELETE', `${workflow.path}/steps/${id}${query}`)
  const edges = async () => edgesOf(await workflow.read())
  const insert = async (between: number, body: object) => {
    const { id } = transitionsOf(await workflow.read())[between] ?? { id: randomUUID() }
    return project.call('POST', `${workflow.path}/transitions/${id}/insert-step`, { body })
  }

  it('go with their transitions alone', async () => {
    assert.equal((await remove(chain[1])).status, 204)
    assert.deepEqual(await edges(), [[workflow.triggerId, chain[0], null]])
    assert.equal(((await workflow.read()).at('steps') as unknown[]).length, 3)
    assert.equal((await remove(chain[1])).status, 404)
  })

  it('leave no gap when spliced', async () => {
    assert.equal((await remove(chain[1], '?splice=true')).status, 204)
    assert.deepEqual(await edges(), [
      [workflow.triggerId, chain[0], null],
      [chain[0], chain[2], { branch: 'yes' }],
    ])
  })

  it('spliced at the end take what came in with them', async () => {
    assert.equal((await remove(chain[2], '?splice=true')).status, 204)
    assert.equal((await edges()).length, 2)
  })

  it('with several successors cannot be spliced', async () => {
    await workflow.connect(chain[0], chain[2], { branch: 'no' })
    const reply = await remove(chain[0], '?splice=true')
    assert.deepEqual([reply.status, reply.at('error.code')], [422, 'VALIDATION_ERROR'])
    assert.equal((await edges()).length, 4)
    assert.equal((await remove(chain[0], '?splice=false')).status, 204)
  })

  it('are spliced or not, nothing else', async () => {
    assert.equal((await remove(chain[1], '?splice=1')).status, 422)
  })

  it('can be put between two: the first part keeps condition and priority', async () => {
    const before = transitionsOf(await workflow.read())[1]
    const made = await insert(1, { ...DELAY, name: 'between' })
    assert.deepEqual([made.status, made.at('name')], [201, 'between'])
    const id = made.at('id')
    assert.deepEqual(await edges(), [
      [workflow.triggerId, chain[0], null],
      [chain[0], id, { branch: 'yes' }],
      [chain[1], chain[2], null],
      [id, chain[1], null],
    ])
    const after = transitionsOf(await workflow.read())[1]
    assert.deepEqual([after?.id, after?.priority], [before?.id, 7])
  })

  it('lead on by "yes" where a CONDITION was put between', async () => {
    const made = await insert(0, CONDITION)
    assert.equal(made.status, 201)
    assert.deepEqual((await edges()).at(-1), [made.at('id'), chain[0], { branch: 'yes' }])
  })

  it('cannot be an EXIT or a TRIGGER there, and nothing changes', async () => {
    for (const type of ['EXIT', 'TRIGGER']) assert.equal((await insert(0, { ...EXIT, type })).status, 422)
    assert.equal((await insert(0, { ...DELAY, config: {} })).status, 422)
    assert.equal((await edges()).length, 3)
    assert.equal(((await workflow.read()).at('steps') as unknown[]).length, 4)
  })

  it('need a transition to stand in', async () => {
    const reply = await insert(99, DELAY)
    assert.deepEqual([reply.status, reply.at('error.code')], [404, 'TRANSITION_NOT_FOUND'])
  })
})
