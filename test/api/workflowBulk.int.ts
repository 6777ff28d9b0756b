import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import mongoose from 'mongoose'
import { keepingOutbox, startApi, type TestApi, type TestProject } from '../support/api.js'
import { faultsOf } from '../support/http.js'
import { newWorkflow } from '../support/workflows.js'

describe('many workflows at once', () => {
  let api: TestApi
  let project: TestProject
  let ids: string[]
  before(async () => {
    api = await startApi({ outbox: keepingOutbox() })
  })
  beforeEach(async () => {
    project = await api.newProject()
    ids = []
    for (const enabled of [true, false, false]) ids.push((await newWorkflow(project, { enabled })).id)
  })
  after(() => api.close())
  const bulk = (body: object) => project.call('POST', '/workflows/bulk-update', { body })
  const rows = async () => {
    const reply = await project.call('GET', '/workflows')
    return (reply.at('data') as { id: string; enabled: boolean; revision: number }[]).map(
      ({ id, enabled, revision }) => [id, enabled, revision],
    )
  }
  const run = async (workflowId: string, status: string) => {
    const { UUID } = mongoose.mongo
    const [project_, workflow] = [new UUID(project.id), new UUID(workflowId)]
    const execution = {
      projectId: project_,
      workflowId: workflow,
      mode: 'live',
      status,
      startedAt: new Date(),
    }
    await api.db.collection('executions').insertOne(execution)
  }

  it('are enabled; those that stood so keep their revision', async () => {
    const reply = await bulk({ ids, enabled: true })
    assert.deepEqual([reply.status, reply.body], [200, { updated: 3 }])
    assert.deepEqual((await rows()).reverse(), [
      [ids[0], true, 1],
      [ids[1], true, 2],
      [ids[2], true, 2],
    ])
  })

  it('are disabled, repeated ids counting once', async () => {
    const reply = await bulk({ ids: [ids[0], ids[1], ids[0], String(ids[0]).toUpperCase()], enabled: false })
    assert.deepEqual(reply.body, { updated: 2 })
    assert.ok((await rows()).every(([, enabled]) => enabled === false))
  })

  it('are deleted', async () => {
    assert.deepEqual((await bulk({ ids: ids.slice(1), delete: true })).body, { deleted: 2 })
    assert.deepEqual(await rows(), [[ids[0], true, 1]])
  })

  it('stay as they are where one is unknown, or of another project', async () => {
    const before = await rows()
    const foreign = (await newWorkflow(await api.newProject())).id
    for (const stranger of [randomUUID(), foreign])
      for (const change of [{ delete: true }, { enabled: true }]) {
        const reply = await bulk({ ids: [...ids, stranger], ...change })
        assert.deepEqual([reply.status, reply.at('error.code')], [404, 'WORKFLOW_NOT_FOUND'])
      }
    assert.deepEqual(await rows(), before)
  })

  for (const status of ['PENDING', 'RUNNING', 'WAITING'])
    it(`stay where an execution is ${status}`, async () => {
      await run(String(ids[1]), status)
      const reply = await bulk({ ids, delete: true })
      assert.deepEqual([reply.status, reply.at('error.code')], [409, 'CONFLICT'])
      assert.equal((await project.call('DELETE', `/workflows/${ids[1]}`)).status, 409)
      assert.equal((await rows()).length, 3)
      assert.equal((await bulk({ ids, enabled: false })).status, 200)
    })

  it('go when all their executions have ended', async () => {
    for (const status of ['COMPLETED', 'CANCELLED', 'FAILED']) await run(String(ids[1]), status)
    assert.equal((await bulk({ ids, delete: true })).status, 200)
  })

  const refused: readonly (readonly [string, object, readonly string[]])[] = [
    ['both changes', { ids: [randomUUID()], delete: true, enabled: true }, ['delete']],
    ['no change', { ids: [randomUUID()] }, ['delete']],
    ['delete: false', { ids: [randomUUID()], delete: false }, ['delete']],
    ['delete: false beside enabled', { ids: [randomUUID()], delete: false, enabled: true }, ['delete']],
    ['no ids', { ids: [], delete: true }, ['ids']],
    ['ids left out', { delete: true }, ['ids']],
    ['1,001 ids', { ids: Array.from({ length: 1001 }, () => randomUUID()), delete: true }, ['ids']],
    ['ids that are none', { ids: [randomUUID(), 'x', null], delete: true }, ['ids[1]', 'ids[2]']],
    ['one id', { ids: randomUUID(), enabled: true }, ['ids']],
    ['enabled as text', { ids: [randomUUID()], enabled: 'true' }, ['enabled']],
    ['nothing that fits', { ids: [], name: 'x' }, ['delete', 'ids', 'name']],
    ['other fields', { ids: [randomUUID()], enabled: true, name: 'x' }, ['name']],
  ]
  for (const [title, body, fields] of refused)
    it(`are not changed by ${title}`, async () => {
      const reply = await bulk(body)
      assert.deepEqual([reply.status, Object.keys(faultsOf(reply)).sort()], [422, fields])
    })
})
