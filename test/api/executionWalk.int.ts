import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { toUuid } from '../../src/store/mongo/bson.js'
import { createMongoExecutionDirectory } from '../../src/store/mongo/executionDirectory.js'
import { type TestApi, type TestProject, useProject } from '../support/api.js'
import { endedAs, givenExecution, newContact } from '../support/executions.js'
import { faultsOf, type Reply } from '../support/http.js'
import { newWorkflow } from '../support/workflows.js'

const idsOf = (reply: Reply) => (reply.at('data') as { id: string }[]).map(({ id }) => id)

describe('the executions of a project', () => {
  let api: TestApi
  let project: TestProject
  useProject((opened, made) => {
    api = opened
    project = made
  })
  const walk = (query = '') => project.call('GET', `/executions${query}`)
  const workflow = async () => {
    const made = await newWorkflow(project)
    await made.step({ autoConnect: true })
    return made
  }
  const everything = async (query: string) => {
    const ids: string[][] = []
    let cursor: unknown = null
    do {
      const reply: Reply = await walk(`?${query}${cursor === null ? '' : `&cursor=${cursor}`}`)
      assert.equal(reply.status, 200)
      ids.push(idsOf(reply))
      cursor = reply.at('cursor')
      assert.equal(reply.at('hasMore'), cursor !== null)
    } while (cursor !== null)
    return ids
  }

  it('are walked through newest first, over all workflows, each once', async () => {
    const workflows = [await workflow(), await workflow(), await workflow()]
    const made: string[] = []
    for (let n = 0; n < 7; n += 1) {
      const one = workflows[n % 3]
      assert.ok(one)
      made.unshift((await givenExecution(api, project, one, { startedAt: new Date(n) })).id)
    }
    assert.deepEqual(await everything('limit=3'), [made.slice(0, 3), made.slice(3, 6), made.slice(6)])
    assert.deepEqual(await everything('limit=7'), [made])
    const only = workflows[1]
    assert.deepEqual((await everything(`limit=2&workflowId=${only?.id}`)).flat(), [made[2], made[5]])
  })

  it('that started at the same time come each once', async () => {
    const one = await workflow()
    const made = new Set<string>()
    for (let n = 0; n < 7; n += 1)
      made.add((await givenExecution(api, project, one, { startedAt: new Date(9) })).id)
    const seen = (await everything('limit=2')).flat()
    assert.deepEqual([seen.length, new Set(seen)], [7, made])
  })

  it('tell where a person is', async () => {
    const contact = await newContact(project, 'ann@example.com')
    const [one, two] = [await workflow(), await workflow()]
    const older = await givenExecution(api, project, one, { contact, startedAt: new Date(1) })
    const newer = await givenExecution(api, project, two, {
      contact,
      startedAt: new Date(2),
      more: () => ({ state: endedAs('COMPLETED') }),
    })
    await givenExecution(api, project, one)
    for (const who of ['email=Ann@example.com', `contactId=${contact.id}`]) {
      assert.deepEqual(await everything(`limit=1&${who}`), [[newer.id], [older.id]])
      assert.deepEqual(await everything(`${who}&workflowId=${one.id}`), [[older.id]])
      assert.deepEqual(await everything(`${who}&status=COMPLETED`), [[newer.id]])
    }
    const reply = await walk('?email=ann@example.com&limit=1')
    assert.deepEqual(reply.at('data.0.contact'), contact)
    assert.deepEqual(idsOf(await walk('?email=nobody@example.com')), [])
  })

  it('are chosen by status', async () => {
    const one = await workflow()
    const failed = await givenExecution(api, project, one, { more: () => ({ state: endedAs('FAILED') }) })
    const pending = await givenExecution(api, project, one)
    assert.deepEqual(await everything('status=FAILED'), [[failed.id]])
    assert.deepEqual(
      new Set((await everything('status=FAILED,PENDING')).flat()),
      new Set([failed.id, pending.id]),
    )
  })

  it('are merged from more workflows than one query takes', async () => {
    const made: string[] = []
    for (let n = 0; n < 70; n += 1)
      made.unshift(
        (await givenExecution(api, project, await newWorkflow(project), { startedAt: new Date(n) })).id,
      )
    assert.deepEqual((await everything('limit=30')).flat(), made)
    const near = createMongoExecutionDirectory(api.db, { scan: 2 })
    const statuses = ['COMPLETED', 'FAILED', 'PENDING', 'RUNNING', 'WAITING'] as const
    const query = { workflowId: null, contactId: null, limit: 30, statuses }
    const first = await near.walk(project.id, { ...query, after: null })
    const second = await near.walk(project.id, { ...query, after: first.next })
    const rows = [...first.rows, ...second.rows].map(({ id }) => id)
    assert.deepEqual(rows, made.slice(0, 60))
  }).timeout(30_000)

  it('of a rare status are found behind many others', async () => {
    const one = await workflow()
    const failed = { more: () => ({ state: endedAs('FAILED') }) }
    const old = await givenExecution(api, project, one, { ...failed, startedAt: new Date(1) })
    for (let n = 2; n < 12; n += 1) await givenExecution(api, project, one, { startedAt: new Date(n) })
    const near = createMongoExecutionDirectory(api.db, { scan: 4 })
    const query = { workflowId: null, contactId: null, after: null, limit: 2, statuses: ['FAILED'] } as const
    const { rows, next } = await near.walk(project.id, query)
    assert.deepEqual([rows.map(({ id }) => id), next], [[old.id], null])
  })

  it('are not those of a deleted workflow that are still there', async () => {
    const [one, gone] = [await workflow(), await workflow()]
    const kept: string[] = []
    for (let n = 0; n < 6; n += 1) {
      await givenExecution(api, project, gone, { startedAt: new Date(2 * n) })
      kept.unshift((await givenExecution(api, project, one, { startedAt: new Date(2 * n + 1) })).id)
    }
    await api.db.collection('workflows').deleteOne({ _id: toUuid(gone.id) as never })
    assert.deepEqual((await everything('limit=2')).flat(), kept)
    assert.deepEqual((await everything('status=PENDING')).flat(), kept)
  })

  it('are not those of other projects', async () => {
    const other = await api.newProject()
    const theirs = await newWorkflow(other)
    const { contactId } = await givenExecution(api, other, theirs)
    for (const query of ['', `?workflowId=${theirs.id}`, `?contactId=${contactId}`])
      assert.deepEqual((await walk(query)).body, { data: [], cursor: null, hasMore: false }, query)
    const mine = await workflow()
    for (const n of [1, 2]) await givenExecution(api, project, mine, { startedAt: new Date(n) })
    const cursor = (await walk('?limit=1')).at('cursor')
    const reply = await other.call('GET', `/executions?cursor=${cursor}`)
    assert.deepEqual([reply.status, faultsOf(reply)], [422, { cursor: 'invalid_value' }])
  })

  for (const [query, field] of [
    ['cursor=nonsense', 'cursor'],
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['status=WHAT', 'status'],
    ['workflowId=nonsense', 'workflowId'],
    [`search[x]=${randomUUID()}`, 'search[x]'],
  ])
    it(`are not walked through with ${query?.split('=')[0]} of no use`, async () => {
      const reply = await walk(`?${query}`)
      assert.deepEqual([reply.status, Object.keys(faultsOf(reply))], [422, [field]])
    })
})
