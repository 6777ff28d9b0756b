import assert from 'node:assert/strict'
import { createLinks } from '../../src/effects/links.js'
import type { ContactId } from '../../src/workflow/ids.js'
import { keepingOutbox, startApi, type TestApi, type TestProject } from '../support/api.js'

describe('the pages that links in mails lead to', () => {
  let api: TestApi
  let project: TestProject
  let contact: string
  const outbox = keepingOutbox()
  before(async () => {
    api = await startApi({ outbox })
    project = await api.newProject()
  })
  beforeEach(async () => {
    const email = `o'${Math.trunc(performance.now() * 1000)}@example.com`
    contact = String((await project.call('POST', '/contacts', { body: { email } })).at('id'))
  })
  after(() => api.close())
  const link = (purpose: 'unsubscribe' | 'subscribe' | 'manage') =>
    new URL(api.deps.links[purpose](project.id, contact as ContactId)).pathname
  const ask = async (method: string, path: string, init: RequestInit = {}) => {
    const answer = await fetch(`${api.url}${path}`, { method, ...init })
    return { status: answer.status, headers: answer.headers, text: await answer.text() }
  }
  const subscribed = async () => (await project.call('GET', `/contacts/${contact}`)).at('subscribed')

  it('ask before they change anything', async () => {
    const page = await ask('GET', link('unsubscribe'))
    assert.equal(page.status, 200)
    assert.match(String(page.headers.get('content-type')), /^text\/html/)
    assert.match(String(page.headers.get('content-security-policy')), /default-src 'none'/)
    assert.match(page.text, /<form method="post"><button>Unsubscribe/)
    assert.match(page.text, /o&#39;\d/)
    assert.equal(await subscribed(), true)
  })

  it('unsubscribe and subscribe by POST, with the body of mail programs too, and once', async () => {
    const before = outbox.sent.events.length
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const once = await ask('POST', link('unsubscribe'), { body: 'List-Unsubscribe=One-Click', headers })
    assert.deepEqual([once.status, await subscribed()], [200, false])
    assert.equal((await ask('POST', link('unsubscribe'))).status, 200)
    const names = outbox.sent.events.slice(before).map((event) => (event as { name: string }).name)
    assert.deepEqual(names, ['contact.unsubscribed'])
    assert.equal((await ask('POST', link('subscribe'))).status, 200)
    assert.equal(await subscribed(), true)
  })

  it('show how things stand, and how to change them', async () => {
    const page = await ask('GET', link('manage'))
    assert.match(page.text, /is subscribed/)
    const [, action = ''] = /action="([^"]+)"/.exec(page.text) ?? []
    const target = new URL(action, `${api.url}${link('manage')}`).pathname
    assert.equal(target, link('unsubscribe'))
    await ask('POST', target)
    assert.match((await ask('GET', link('manage'))).text, /is not subscribed/)
  })

  it('are found by the links that were signed here alone', async () => {
    const good = link('unsubscribe')
    const forged = createLinks({ publicUrl: api.url, secret: 'another' }).unsubscribe(
      project.id,
      contact as ContactId,
    )
    const wrong = [
      `${good.slice(0, -1)}${good.endsWith('A') ? 'B' : 'A'}`,
      good.replace('/unsubscribe/', '/subscribe/'),
      new URL(forged).pathname,
      '/unsubscribe/x',
      `/unsubscribe/${'x'.repeat(500)}`,
      '/preferences/%00',
    ]
    for (const path of wrong) {
      const reply = await ask('GET', path)
      assert.deepEqual([path, reply.status, JSON.parse(reply.text).error.code], [path, 404, 'NOT_FOUND'])
      if (!path.startsWith('/preferences')) assert.equal((await ask('POST', path)).status, 404)
    }
    assert.equal(await subscribed(), true)
  })

  it('end with the contact', async () => {
    const path = link('unsubscribe')
    await project.call('DELETE', `/contacts/${contact}`)
    assert.equal((await ask('POST', path)).status, 404)
  })
})
