import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createApp } from '../../src/api/app.js'
import { createEdits } from '../../src/api/editWorkflow.js'
import { type RunningServer, startServer } from '../../src/api/server.js'
import { workflowRoutes } from '../../src/api/workflows.js'
import { createAnnouncer } from '../../src/events.js'
import { type Connection, connectMongo, isDatabaseAway } from '../../src/store/mongo/connect.js'
import { createMongoKeys, prepareKeys } from '../../src/store/mongo/keys.js'
import { createMongoWorkflows, prepareWorkflows } from '../../src/store/mongo/workflows.js'
import { openDatabase, type TestDatabase } from '../support/database.js'
import { until } from '../support/engineWorld.js'
import { type Caller, callerOf } from '../support/http.js'
import { type CutProxy, startProxy } from '../support/proxy.js'
import { NOW, newProjectId } from '../support/workflowValues.js'

describe('while MongoDB is away', () => {
  let database: TestDatabase
  let proxy: CutProxy
  let connection: Connection
  let server: RunningServer
  let call: Caller
  const failures: unknown[] = []
  before(async () => {
    database = await openDatabase()
    await Promise.all([prepareKeys(database.db), prepareWorkflows(database.db)])
    const { hostname, port } = new URL(database.uri)
    proxy = await startProxy(hostname, Number(port || 27_017))
    const uri = `mongodb://127.0.0.1:${proxy.port}/${database.db.databaseName}?directConnection=true`
    connection = await connectMongo({ uri, waitMs: 500 })
    const { db } = connection
    const keys = createMongoKeys(db)
    await keys.add(newProjectId(), { text: 'sk_1234567890abcdef', type: 'secret', name: null }, NOW)
    const deps = { workflows: createMongoWorkflows(db), clock: { now: () => new Date() }, newId: randomUUID }
    const announcer = createAnnouncer()
    announcer.on('failure', ({ error }) => failures.push(error))
    const classify = (error: unknown) => (isDatabaseAway(error) ? ('DATABASE_AWAY' as const) : null)
    const routes = workflowRoutes(deps, createEdits(deps))
    server = await startServer(createApp({ routes, keys, announcer, classify }), {
      host: '127.0.0.1',
      port: 0,
    })
    call = callerOf(`http://127.0.0.1:${server.port}`, 'sk_1234567890abcdef')
  })
  after(async () => {
    await server.close()
    await connection.close()
    await proxy.close()
    await database.drop()
  })

  it('answers 503 within a bounded time, says nothing of the inside, and goes on when it is back', async () => {
    const body = { name: 'n', eventName: 'e' }
    const made = await call('POST', '/workflows', { body })
    assert.equal(made.status, 201)
    proxy.cut()
    const startedMs = performance.now()
    const path = `/workflows/${made.at('id')}`
    const calls = [
      call('GET', path),
      call('POST', '/workflows', { body }),
      call('PATCH', path, { body: { name: 'x' } }),
    ]
    for (const reply of await Promise.all(calls)) {
      assert.deepEqual([reply.status, reply.at('error.code')], [503, 'SERVICE_UNAVAILABLE'])
      assert.ok(reply.headers.get('retry-after'))
      assert.doesNotMatch(JSON.stringify(reply.body), /mongo|ECONN|127\.0\.0\.1|select/i)
    }
    assert.ok(performance.now() - startedMs < 10_000)
    assert.ok(failures.length >= 3)
    proxy.mend()
    // The driver looks for a lost server twice a second.
    await until('MongoDB is back', async () => (await call('GET', path)).status === 200)
    assert.equal((await call('GET', path)).at('name'), 'n')
    assert.equal((await call('PATCH', path, { body: { name: 'x' } })).status, 200)
  })
})
