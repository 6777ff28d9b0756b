import assert from 'node:assert/strict'
import { keepingOutbox, startApi, type TestApi, type TestProject } from '../support/api.js'
import { rawExchange, rawRequest } from '../support/raw.js'
import { newWorkflow, type TestWorkflow } from '../support/workflows.js'

describe('the path of a request', () => {
  let api: TestApi
  let project: TestProject
  let workflow: TestWorkflow
  before(async () => {
    api = await startApi({ outbox: keepingOutbox() })
    project = await api.newProject()
    workflow = await newWorkflow(project)
  })
  after(() => api.close())
  /** Sends the path as it stands, which clients would tidy up. */
  const ask = async (line: string, headers: readonly string[] = []) => {
    const all = [`Authorization: Bearer ${project.secretKey}`, ...headers]
    const { status, head, body } = await rawExchange(api.url, rawRequest(line, all))
    const error = (body.startsWith('{') ? JSON.parse(body).error : undefined) as { code: string } | undefined
    return { status, code: error?.code, head, body }
  }

  const unknown: readonly string[] = [
    '/',
    '/nowhere',
    '/workflow',
    '/v1/workflows',
    '/WORKFLOWS',
    '/Workflows',
    '/workflows/',
    '//workflows',
    '//',
    '/workflows//steps',
    '/./workflows',
    '/../workflows',
    '/workflows%2Ffields',
    '/%77orkflows',
    '/workflows/x/steps/y/z',
    '/v1/track/',
    '/__proto__',
    '/constructor',
    '/docs/../package.json',
    '/.env',
  ]
  for (const path of unknown)
    it(`leads nowhere: ${path}`, async () => {
      for (const method of ['GET', 'POST', 'DELETE']) {
        const { status, code } = await ask(`${method} ${path}`)
        assert.deepEqual([status, code], [404, 'NOT_FOUND'])
      }
    })

  const malformed = [
    'undefined',
    'null',
    '%2e%2e',
    '..%2f..%2fproject',
    '[object%20Object]',
    '0',
    '-1',
    'a'.repeat(5_000),
    '7c5bd9c66f0e4d3a9c0e2f0f6f2f5a11',
    '7c5bd9c6-6f0e-4d3a-9c0e-2f0f6f2f5a1',
    '7c5bd9c6-6f0e-4d3a-9c0e-2f0f6f2f5a11%20',
    '507f1f77bcf86cd799439011',
    '507f1f77bcf86cd79943901%20',
    '%00',
    '%zz',
    '%ff',
    '$where',
    '{%22$ne%22:null}',
    '*',
  ]
  for (const id of malformed)
    it(`with an id that is none is answered as one of nothing: ${id.slice(0, 40)}`, async () => {
      for (const line of [`GET /workflows/${id}`, `DELETE /workflows/${id}`, `GET /workflows/${id}/export`])
        assert.deepEqual([(await ask(line)).status, (await ask(line)).code], [404, 'WORKFLOW_NOT_FOUND'])
      const contact = await ask(`GET /contacts/${id}`)
      assert.deepEqual([contact.status, contact.code], [404, 'CONTACT_NOT_FOUND'])
      const template = await ask(`GET /templates/${id}`)
      assert.deepEqual([template.status, template.code], [404, 'TEMPLATE_NOT_FOUND'])
    })

  it('takes ids in any case', async () => {
    const reply = await project.call('GET', `/workflows/${workflow.id.toUpperCase()}`)
    assert.deepEqual([reply.status, reply.at('id')], [200, workflow.id])
  })

  const methods: readonly (readonly [string, string, string])[] = [
    ['PUT', '/workflows', 'GET, HEAD, POST'],
    ['DELETE', '/workflows', 'GET, HEAD, POST'],
    ['POST', '/workflows/:id', 'GET, HEAD, PATCH, DELETE'],
    ['PUT', '/workflows/:id', 'GET, HEAD, PATCH, DELETE'],
    ['GET', '/workflows/bulk-update', 'POST'],
    ['PATCH', '/workflows/fields', 'GET, HEAD'],
    ['GET', '/workflows/:id/steps', 'POST'],
    ['HEAD', '/workflows/:id/duplicate', 'POST'],
    ['OPTIONS', '/workflows', 'GET, HEAD, POST'],
    ['TRACE', '/workflows', 'GET, HEAD, POST'],
    ['GET', '/v1/track', 'POST'],
    ['POST', '/health', 'GET, HEAD'],
    ['PROPFIND', '/project', 'GET, HEAD'],
  ]
  for (const [method, path, allow] of methods)
    it(`says what it takes instead of ${method} ${path}`, async () => {
      const { status, code, head } = await ask(`${method} ${path.replace(':id', workflow.id)}`)
      assert.deepEqual([status, code], [405, method === 'HEAD' ? undefined : 'METHOD_NOT_ALLOWED'])
      const [, said = ''] = /\r\nAllow: ([^\r]*)/.exec(head) ?? []
      assert.deepEqual(said.split(', ').sort(), allow.split(', ').sort())
    })

  it('ignores headers that name another method', async () => {
    const headers = ['X-HTTP-Method-Override: DELETE', 'X-Method-Override: DELETE', 'X-HTTP-Method: DELETE']
    assert.equal((await ask(`GET ${workflow.path}?_method=DELETE`, headers)).status, 200)
    assert.equal((await workflow.read()).status, 200)
  })

  it('answers HEAD as GET, without the body', async () => {
    const { status, head, body } = await ask(`HEAD ${workflow.path}`)
    assert.deepEqual([status, body], [200, ''])
    assert.match(head, /\r\nETag: "1"/)
    assert.equal((await ask('HEAD /health')).status, 200)
  })

  it('may be an absolute address', async () => {
    assert.equal((await ask('GET http://localhost/project')).status, 200)
  })

  it('is no way through to other hosts', async () => {
    const { status, code } = await ask('CONNECT example.com:443')
    assert.deepEqual([status, code], [405, 'METHOD_NOT_ALLOWED'])
  })
})
