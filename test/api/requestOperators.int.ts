import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Route } from '../../src/api/route.js'
import { createRoutes } from '../../src/api/routes.js'
import { keepingOutbox, startApi, type TestApi, type TestProject } from '../support/api.js'
import { faultsOf, type Reply } from '../support/http.js'

/** Every route that needs a key, asked in ways that no route may fall for. */
describe('on every route', () => {
  let api: TestApi
  let project: TestProject
  let routes: readonly Route[]
  before(async () => {
    api = await startApi({ outbox: keepingOutbox() })
    project = await api.newProject()
    routes = createRoutes(api.deps).filter(({ access }) => access !== 'open')
    assert.ok(routes.length > 35)
  })
  after(() => api.close())

  const ask = (route: Route, query: string, body?: unknown) =>
    project.call(route.method, `${route.path.replace(/:\w+/g, () => randomUUID())}${query}`, { body })
  const everywhere = async (
    which: (route: Route) => boolean,
    check: (route: Route, name: string) => Promise<void>,
  ) => {
    for (const route of routes.filter(which)) await check(route, `${route.method} ${route.path}`)
  }
  const refused = (reply: Reply, name: string, expected: readonly [number, string]) =>
    assert.deepEqual([name, reply.status, reply.at('error.code')], [name, ...expected])
  const takesBody = ({ body }: Route) => body !== undefined
  const INVALID = [422, 'VALIDATION_ERROR'] as const
  const UNREADABLE = [400, 'BAD_REQUEST'] as const

  for (const name of [
    'email[$gt]',
    'search[$regex]',
    'id[]',
    '$where',
    'a.$b',
    '__proto__[x]',
    'constructor[prototype]',
  ])
    it(`the query's operator ${name} is refused`, () =>
      everywhere(
        () => true,
        async (route, place) => {
          const reply = await ask(route, `?${encodeURIComponent(name)}=1`, route.body && {})
          refused(reply, place, INVALID)
          assert.equal(faultsOf(reply)[name], 'unknown_field', place)
        },
      ))

  for (const query of ['sort=nothing', 'dir=sideways', 'sort=', 'dir[$ne]=asc'])
    it(`the unknown order ${query} is refused`, () =>
      everywhere(
        ({ method }) => method === 'GET',
        async (route, place) => refused(await ask(route, `?${query}`), place, INVALID),
      ))

  const unreadable: readonly (readonly [string, string])[] = [
    ['__proto__', '{"__proto__":{"admin":true}}'],
    ['constructor', '{"a":{"constructor":{"prototype":{}}}}'],
    ['prototype in a list', '[{"prototype":1}]'],
    ['trailing garbage', '{}}'],
    ['broken JSON', '{'],
    ['Infinity', '{"a":1e999}'],
    ['too much depth', `${'['.repeat(33)}${']'.repeat(33)}`],
  ]
  for (const [title, body] of unreadable)
    it(`a body with ${title} is refused before anything else of it is read`, () =>
      everywhere(takesBody, async (route, place) => refused(await ask(route, '', body), place, UNREADABLE)))

  it('a body of another kind is refused', () =>
    everywhere(takesBody, async (route, place) => {
      for (const body of ['null', '"text"', '1', 'true'])
        refused(await ask(route, '', body), `${place} ${body}`, INVALID)
    }))

  it('an unknown field is refused by its name', () =>
    everywhere(takesBody, async (route, place) => {
      const reply = await ask(route, '', { zzz: 1, $where: 'sleep(1000)' })
      refused(reply, place, INVALID)
      assert.ok(
        Object.keys(faultsOf(reply)).some((field) => field.includes('zzz')),
        `${place}: ${JSON.stringify(reply.body)}`,
      )
    }))

  it('an operator where a value belongs is refused', () =>
    everywhere(takesBody, async (route, place) => {
      const names = [
        'name',
        'email',
        'eventName',
        'event',
        'fromStepId',
        'ids',
        'from',
        'type',
        'executionIds',
        'contactId',
      ]
      const body = Object.fromEntries(names.map((name) => [name, { $ne: null }]))
      const reply = await ask(route, '', body)
      refused(reply, place, INVALID)
    }))

  it('what belongs to the service cannot be assigned', () =>
    everywhere(takesBody, async (route, place) => {
      for (const field of ['id', 'projectId', 'version', 'revision', 'createdAt', 'updatedAt', 'status']) {
        const known = Object.keys((route.body as { shape?: object }).shape ?? {})
        if (known.includes(field)) continue
        const reply = await ask(route, '', { [field]: randomUUID() })
        refused(reply, `${place} ${field}`, INVALID)
      }
    }))
})
