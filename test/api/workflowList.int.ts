import assert from 'node:assert/strict'
import { keepingOutbox, startApi, type TestApi, type TestProject } from '../support/api.js'
import { faultsOf, type Reply } from '../support/http.js'
import { newWorkflow } from '../support/workflows.js'

describe('the list of workflows', () => {
  let api: TestApi
  let project: TestProject
  before(async () => {
    api = await startApi({ outbox: keepingOutbox() })
    project = await api.newProject()
    for (const [name, description, enabled] of [
      ['Bravo', 'Über uns', true],
      ['alpha', null, false],
      ['Charlie (a+)+$', 'x.*y', true],
      ['delta %_\\', null, false],
    ])
      await newWorkflow(project, { name, description, enabled })
  })
  after(() => api.close())
  const list = (query: string) => project.call('GET', `/workflows${query}`)
  const names = (reply: Reply) => (reply.at('data') as { name: string }[]).map(({ name }) => name)
  const all = ['delta %_\\', 'Charlie (a+)+$', 'alpha', 'Bravo']

  it('shows rows without their graph, newest first, with counts', async () => {
    const reply = await list('')
    assert.deepEqual(names(reply), all)
    assert.deepEqual(
      ['total', 'page', 'pageSize', 'totalPages'].map((field) => reply.at(field)),
      [4, 1, 20, 1],
    )
    assert.deepEqual(reply.at('data.0.counts'), { steps: 1, executions: 0, active: 0 })
    assert.equal(reply.at('data.0.steps'), undefined)
  })

  const found: readonly (readonly [string, readonly string[]])[] = [
    ['?search=BRAVO', ['Bravo']],
    ['?search=%C3%BCBER', ['Bravo']],
    ['?name=alp', ['alpha']],
    ['?search=', all],
    ['?search=nothing', []],
    ['?search=.*', ['Charlie (a+)+$']],
    ['?search=(a%2B)%2B$', ['Charlie (a+)+$']],
    ['?search=%25_', ['delta %_\\']],
    ['?search=%5C', ['delta %_\\']],
    ['?search=%00', []],
    [`?search=${'.*'.repeat(1_000)}`, []],
    [`?search=${'a'.repeat(10_000)}`, []],
    ['?status=active', ['Charlie (a+)+$', 'Bravo']],
    ['?status=disabled', ['delta %_\\', 'alpha']],
    ['?status=active&search=o', ['Bravo']],
    ['?sort=name&dir=asc', ['Bravo', 'Charlie (a+)+$', 'alpha', 'delta %_\\']],
    ['?sort=name', ['delta %_\\', 'alpha', 'Charlie (a+)+$', 'Bravo']],
    ['?sort=createdAt&dir=asc', all.toReversed()],
    ['?sort=updatedAt&dir=desc', all],
    ['?page=2&pageSize=3', ['Bravo']],
    ['?page=2&limit=3', ['Bravo']],
    ['?page=5&pageSize=100', []],
    ['?unknown=1&key=sk_x', all],
  ]
  for (const [query, expected] of found)
    it(`answers ${query.slice(0, 40)}`, async () => {
      const startedMs = performance.now()
      const reply = await list(query)
      assert.equal(reply.status, 200)
      assert.deepEqual(names(reply), expected)
      // A pattern that backtracks takes for ever; a busy machine does not.
      assert.ok(performance.now() - startedMs < 10_000)
    })

  const refused: readonly (readonly [string, string])[] = [
    ...['0', '-1', 'x', '1.5', '', '1e3', 'NaN', '1000000001', ' 1', '0x1'].map(
      (page) => [`?page=${page}`, 'page'] as const,
    ),
    ...['0', '101', '-1', 'all', '1.5'].flatMap(
      (size) =>
        [
          [`?pageSize=${size}`, 'pageSize'],
          [`?limit=${size}`, 'limit'],
        ] as const,
    ),
    ['?page=1002&pageSize=100', 'page'],
    ['?pageSize=10&limit=20', 'limit'],
    ['?page=1&page=2', 'page'],
    ['?sort=steps', 'sort'],
    ['?sort=__proto__', 'sort'],
    ['?dir=up', 'dir'],
    ['?dir=ASC', 'dir'],
    ['?status=ACTIVE', 'status'],
    ['?status=active&status=disabled', 'status'],
    ['?search=a&search=b', 'search'],
    ['?search[$ne]=x', 'search[$ne]'],
    ['?search%5B%24regex%5D=x', 'search[$regex]'],
    ['?name[]=x', 'name[]'],
    ['?$where=1', '$where'],
    ['?__proto__[x]=1', '__proto__[x]'],
  ]
  for (const [query, field] of refused)
    it(`refuses ${query}`, async () => {
      const reply = await list(query)
      assert.deepEqual([reply.status, Object.keys(faultsOf(reply))], [422, [field]])
    })

  it('reaches exactly as far as 100,000 rows', async () => {
    assert.equal((await list('?page=1001&pageSize=100')).status, 200)
  })

  it('counts live executions, and which of them are active', async () => {
    const workflow = await newWorkflow(project, { name: 'counted' })
    const { workflowId } = await insertExecutions(api, project.id, workflow.id)
    const rows = (await list('?search=counted')).at('data') as { id: string; counts: unknown }[]
    assert.deepEqual(rows[0], { ...rows[0], id: workflowId, counts: { steps: 1, executions: 4, active: 3 } })
  })

  it('knows nothing of other projects', async () => {
    const other = await api.newProject()
    const reply = await other.call('GET', '/workflows')
    assert.deepEqual([reply.at('total'), reply.at('totalPages'), reply.at('data')], [0, 0, []])
  })
})

async function insertExecutions(api: TestApi, projectId: string, workflowId: string) {
  const { UUID } = (await import('mongoose')).default.mongo
  const at = new Date()
  await api.db.collection('executions').insertMany(
    ['PENDING', 'RUNNING', 'WAITING', 'COMPLETED'].map((status) => ({
      projectId: new UUID(projectId),
      workflowId: new UUID(workflowId),
      mode: 'live',
      status,
      startedAt: at,
    })),
  )
  return { workflowId }
}
