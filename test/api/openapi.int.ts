import assert from 'node:assert/strict'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { createRoutes } from '../../src/api/routes.js'
import { keepingOutbox, startApi, type TestApi } from '../support/api.js'
import { answerOf, type OpenApi } from '../support/contract.js'

interface Shown {
  readonly security: readonly unknown[]
  readonly operationId: string
  readonly parameters?: readonly { readonly name: string; readonly in: string }[]
  readonly requestBody?: { readonly content: Record<string, { schema: { $ref?: string } }> }
  readonly responses: Record<
    string,
    { content?: Record<string, { schema: { $ref?: string }; examples?: object }> }
  >
}

describe('OpenAPI', () => {
  let api: TestApi
  let document: OpenApi & { components: { schemas: Record<string, { additionalProperties?: unknown }> } }
  let operations: readonly (readonly [string, Shown])[]
  before(async () => {
    api = await startApi({ outbox: keepingOutbox() })
    document = (await (await fetch(`${api.url}/openapi.json`)).json()) as typeof document
    operations = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(
        ([method, shown]) => [`${method.toUpperCase()} ${path}`, shown as never] as const,
      ),
    )
  })
  after(() => api.close())

  it('shows just the routes that there are', () => {
    assert.equal(document.openapi, '3.1.0')
    const routes = createRoutes(api.deps).map(
      ({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`,
    )
    assert.deepEqual(operations.map(([name]) => name).sort(), routes.sort())
  })

  it('has an id, all its parameters and the one error shape on every operation', () => {
    assert.equal(new Set(operations.map(([, { operationId }]) => operationId)).size, operations.length)
    for (const [name, { parameters = [], responses }] of operations) {
      const inPath = parameters
        .filter((parameter) => parameter.in === 'path')
        .map((parameter) => parameter.name)
      assert.deepEqual(
        inPath,
        [...name.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter),
        name,
      )
      const failures = Object.entries(responses).filter(([status]) => Number(status) >= 400)
      assert.ok(failures.length > 0, name)
      for (const [status, named] of failures) {
        const content = answerOf(document, named as never)?.content as Shown['responses'][string]['content']
        const { schema, examples = {} } = content?.['application/json'] ?? { schema: {} }
        assert.equal(schema.$ref, '#/components/schemas/Error', `${name} ${status}`)
        assert.ok(Object.keys(examples).length > 0, `${name} ${status} has examples`)
      }
    }
  })

  it('asks for a key wherever one is needed', () => {
    const open = operations
      .filter(([, { security }]) => security.length === 0)
      .map(([name]) => name.split(' ')[1])
    for (const path of ['/health', '/ready', '/metrics', '/openapi.json', '/docs'])
      assert.ok(open.includes(path))
    assert.ok(
      open.every(
        (path) => !/^\/(workflows|contacts|templates|keys|events|executions|project|v1)/.test(String(path)),
      ),
    )
  })

  it('takes no unknown fields in any body', () => {
    for (const [name, { requestBody }] of operations) {
      const schema = requestBody?.content['application/json']?.schema
      if (schema === undefined) continue
      const named = schema.$ref?.split('/').at(-1)
      const shape = named === undefined ? schema : document.components.schemas[named]
      assert.ok(JSON.stringify(shape).includes('"additionalProperties":false'), name)
    }
  })

  it('holds the config of every kind of step', () => {
    for (const kind of [
      'SendEmail',
      'Delay',
      'WaitForEvent',
      'Condition',
      'Webhook',
      'UpdateContact',
      'Exit',
    ])
      assert.ok(document.components.schemas[`${kind}Config`], kind)
  })

  it('passes a linter, examples included', async () => {
    // What needs no key takes nothing that could be wrong; a tracked link answers with a redirect alone.
    const rules = { 'operation-4xx-response': 'off', 'operation-2xx-response': 'off' } as const
    const config = await createConfig({ extends: ['recommended-strict'], rules })
    const problems = await lintFromString({ source: JSON.stringify(document), config })
    const told = problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])
    assert.deepEqual(told, [])
  })

  it('says which requests can be sent again, and which are guarded by a revision', () => {
    const taking = (header: string) =>
      operations
        .filter(([, { parameters = [] }]) => parameters.some(({ name }) => name === header))
        .map(([name]) => name)
    assert.deepEqual(taking('Idempotency-Key').sort(), [
      'POST /events',
      'POST /v1/track',
      'POST /workflows/{id}/executions',
    ])
    const guarded = taking('If-Match')
    assert.ok(
      guarded.includes('PATCH /workflows/{id}') && guarded.includes('DELETE /workflows/{id}/steps/{stepId}'),
    )
  })

  it('is read in a page that asks no other host', async () => {
    const page = await fetch(`${api.url}/docs`)
    assert.match(String(page.headers.get('content-type')), /^text\/html/)
    const policy = String(page.headers.get('content-security-policy'))
    assert.match(policy, /default-src 'none'/)
    assert.doesNotMatch(policy, /https?:|unsafe-eval|script-src[^;]*unsafe/)
    const html = await page.text()
    assert.doesNotMatch(html, /(src|href)="(https?:)?\/\//)
    for (const [, link] of html.matchAll(/(?:src|href)="([^"]+)"/g)) {
      const part = await fetch(new URL(String(link), `${api.url}/docs`))
      assert.equal(part.status, 200, link)
      await part.arrayBuffer()
    }
    assert.equal((await fetch(`${api.url}/docs/index.js`)).status, 404)
  })
})
