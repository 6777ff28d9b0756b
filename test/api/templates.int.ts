import assert from 'node:assert/strict'
import { type TestApi, type TestProject, useProject } from '../support/api.js'
import { faultsOf, type Reply } from '../support/http.js'

const GIVEN = { name: 'Welcome', subject: 'Hi {{ name }}', body: '<p>{{ name }}</p>', from: 'us@example.com' }

describe('templates over HTTP', () => {
  let api: TestApi
  let project: TestProject
  useProject((opened, made) => {
    api = opened
    project = made
  })
  const make = (more: object = {}) => project.call('POST', '/templates', { body: { ...GIVEN, ...more } })

  it('keeps what was given and fills in the rest', async () => {
    const made = await make()
    assert.equal(made.status, 201)
    const { id, createdAt, updatedAt, ...shown } = made.body as Record<string, unknown>
    assert.deepEqual(shown, { ...GIVEN, text: null, fromName: null, replyTo: null, type: 'MARKETING' })
    assert.ok(id && createdAt === updatedAt)
    assert.deepEqual((await project.call('GET', `/templates/${id}`)).body, made.body)
    const whole = await make({ text: 't', fromName: 'Us', replyTo: 'r@example.com', type: 'TRANSACTIONAL' })
    assert.deepEqual([whole.at('text'), whole.at('fromName'), whole.at('type')], ['t', 'Us', 'TRANSACTIONAL'])
  })

  it('changes what a PATCH names; null clears', async () => {
    const made = await make({ text: 't', fromName: 'Us' })
    const path = `/templates/${made.at('id')}`
    const patched = await project.call('PATCH', path, { body: { text: null, subject: 'New' } })
    assert.deepEqual(
      [patched.status, patched.at('text'), patched.at('subject'), patched.at('fromName'), patched.at('body')],
      [200, null, 'New', 'Us', GIVEN.body],
    )
    assert.deepEqual((await project.call('GET', path)).body, patched.body)
  })

  it('lists pages, newest first, and searches names literally', async () => {
    for (const name of ['One', 'Two.', 'three', 'twofold']) await make({ name })
    const names = (reply: Reply) => (reply.at('data') as { name: string }[]).map(({ name }) => name)
    const page = await project.call('GET', '/templates?pageSize=3&page=2')
    assert.deepEqual(names(page), ['One'])
    assert.deepEqual(
      ['total', 'page', 'pageSize', 'totalPages'].map((key) => page.at(key)),
      [4, 2, 3, 2],
    )
    assert.deepEqual(names(await project.call('GET', '/templates?search=TWO')), ['twofold', 'Two.'])
    assert.deepEqual(names(await project.call('GET', '/templates?search=o.')), ['Two.'])
    assert.equal((await project.call('GET', '/templates?search=.*')).at('total'), 0)
    assert.equal((await project.call('GET', '/templates?limit=2')).at('pageSize'), 2)
    for (const query of ['page=0', 'page=x', 'pageSize=101', 'limit=0'])
      assert.equal((await project.call('GET', `/templates?${query}`)).status, 422)
  })

  it('goes, but not while a workflow uses it', async () => {
    const made = await make()
    const path = `/templates/${made.at('id')}`
    const workflow = await project.call('POST', '/workflows', { body: { name: 'w', eventName: 'e' } })
    const step = { type: 'SEND_EMAIL', name: 's', templateId: made.at('id') }
    await project.call('POST', `/workflows/${workflow.at('id')}/steps`, { body: step })
    const refused = await project.call('DELETE', path)
    assert.deepEqual([refused.status, refused.at('error.code')], [409, 'CONFLICT'])
    await project.call('DELETE', `/workflows/${workflow.at('id')}`)
    assert.equal((await project.call('DELETE', path)).status, 204)
    for (const method of ['GET', 'DELETE']) {
      const reply = await project.call(method, path)
      assert.deepEqual([reply.status, reply.at('error.code')], [404, 'TEMPLATE_NOT_FOUND'])
    }
  })

  it('is seen by its own project alone', async () => {
    const path = `/templates/${(await make()).at('id')}`
    const other = await api.newProject()
    assert.equal((await other.call('GET', path)).status, 404)
    assert.equal((await other.call('PATCH', path, { body: { name: 'x' } })).status, 404)
    assert.equal((await other.call('DELETE', path)).status, 404)
    assert.equal((await other.call('POST', `${path}/preview`, { body: {} })).status, 404)
    assert.equal((await other.call('GET', '/templates')).at('total'), 0)
  })

  it('is checked as Liquid when written, with line and column', async () => {
    const reply = await make({ body: '<p>\n  {% if %}', subject: '{{ x', text: '{% nope %}' })
    assert.equal(reply.status, 422)
    assert.deepEqual(faultsOf(reply), {
      body: 'liquid_syntax',
      subject: 'liquid_syntax',
      text: 'liquid_syntax',
    })
    const errors = reply.at('error.errors') as { field: string; message: string }[]
    assert.match(String(errors.find(({ field }) => field === 'body')?.message), /line 2, column \d/)
    const made = await make()
    const patched = await project.call('PATCH', `/templates/${made.at('id')}`, { body: { body: '{% if %}' } })
    assert.equal(patched.status, 422)
  })

  const refusals: [string, object, Record<string, string>][] = [
    ['nothing', {}, { name: 'required', subject: 'required', body: 'required', from: 'required' }],
    ['an empty name', { ...GIVEN, name: ' ' }, { name: 'too_small' }],
    ['a long name', { ...GIVEN, name: 'x'.repeat(101) }, { name: 'too_big' }],
    ['an empty subject', { ...GIVEN, subject: ' ' }, { subject: 'invalid_value' }],
    ['a sender that is no address', { ...GIVEN, from: 'Us <us@example.com>' }, { from: 'invalid_format' }],
    ['two lines of a name', { ...GIVEN, fromName: 'a\r\nBcc: b' }, { fromName: 'invalid_value' }],
    ['an unknown type', { ...GIVEN, type: 'SPAM' }, { type: 'invalid_value' }],
    ['an unknown field', { ...GIVEN, html: '' }, { html: 'unknown_field' }],
  ]
  for (const [what, body, faults] of refusals) {
    it(`refuses ${what}`, async () => {
      const reply = await project.call('POST', '/templates', { body })
      assert.deepEqual([reply.status, faultsOf(reply)], [422, faults])
    })
  }
})
