import assert from 'node:assert/strict'
import { keepingOutbox, startApi, type TestApi, type TestProject } from '../support/api.js'
import type { Reply } from '../support/http.js'

describe('the list of contacts over HTTP', () => {
  let api: TestApi
  let project: TestProject
  const emails = ['ann@a.example', 'bob+x@b.example', 'cyd%_@c.example', 'dan.d@a.example', 'eve@e.example']
  before(async () => {
    api = await startApi({ outbox: keepingOutbox() })
    project = await api.newProject()
    for (const email of emails) {
      const body = { email, subscribed: !email.includes('a.example') }
      assert.equal((await project.call('POST', '/contacts', { body })).status, 201)
    }
  })
  after(() => api.close())

  const found = (reply: Reply) => (reply.at('data') as { email: string }[]).map(({ email }) => email)
  const list = (query: string) => project.call('GET', `/contacts?${query}`)

  it('shows the newest first', async () => {
    const reply = await list('')
    assert.deepEqual(found(reply), [...emails].reverse())
    assert.deepEqual([reply.at('cursor'), reply.at('hasMore')], [null, false])
  })

  it('goes on from the cursor, without gap or repeat, also when a contact comes in between', async () => {
    const first = await list('limit=2')
    assert.deepEqual([found(first), first.at('hasMore')], [['eve@e.example', 'dan.d@a.example'], true])
    const other = await api.newProject()
    await other.call('POST', '/contacts', { body: { email: 'late@a.example' } })
    const second = await list(`limit=2&cursor=${first.at('cursor')}`)
    assert.deepEqual(found(second), ['cyd%_@c.example', 'bob+x@b.example'])
    const third = await list(`limit=2&cursor=${second.at('cursor')}`)
    assert.deepEqual(
      [found(third), third.at('hasMore'), third.at('cursor')],
      [['ann@a.example'], false, null],
    )
  })

  it('says that there is no more when the last page is full', async () => {
    const reply = await list('limit=5')
    assert.deepEqual([found(reply).length, reply.at('hasMore'), reply.at('cursor')], [5, false, null])
  })

  const searches: [string, string[]][] = [
    ['ANN', ['ann@a.example']],
    ['@a.', ['dan.d@a.example', 'ann@a.example']],
    ['bob+x', ['bob+x@b.example']],
    ['%_', ['cyd%_@c.example']],
    ['.*', []],
    ['a|e', []],
    ['^ann', []],
    ['(', []],
    ['\\', []],
    ['n.d', ['dan.d@a.example']],
  ]
  for (const [search, expected] of searches) {
    it(`finds the text ${search} as it stands`, async () => {
      assert.deepEqual(found(await list(`search=${encodeURIComponent(search)}`)), expected)
    })
  }

  it('filters by subscription, together with a search and a cursor', async () => {
    assert.deepEqual(found(await list('subscribed=false')), ['dan.d@a.example', 'ann@a.example'])
    assert.equal(found(await list('subscribed=true')).length, 3)
    assert.deepEqual(found(await list('subscribed=false&search=ann')), ['ann@a.example'])
    const first = await list('subscribed=false&limit=1')
    assert.deepEqual(found(await list(`subscribed=false&limit=1&cursor=${first.at('cursor')}`)), [
      'ann@a.example',
    ])
  })

  const refused = [
    'limit=0',
    'limit=101',
    'limit=x',
    'subscribed=1',
    'cursor=x',
    'search[$ne]=x',
    'search=a&search=b',
  ]
  for (const query of refused) {
    it(`refuses ${query}`, async () => {
      const reply = await list(query)
      assert.deepEqual([reply.status, reply.at('error.code')], [422, 'VALIDATION_ERROR'])
    })
  }

  it('refuses a cursor of another project and of another list', async () => {
    const { body } = await list('limit=1')
    const { cursor } = body as { cursor: string }
    const other = await api.newProject()
    assert.equal((await other.call('GET', `/contacts?cursor=${cursor}`)).status, 422)
    assert.equal((await project.call('GET', `/messages?cursor=${cursor}`)).status, 422)
    assert.equal((await project.call('GET', `/events?cursor=${cursor}`)).status, 422)
  })
})
