import { randomUUID } from 'node:crypto'
import type { Outbox } from '../../producers/outputs.js'
import { type AppOptions, createApp } from '../../src/api/app.js'
import { createRoutes, type RouteDeps } from '../../src/api/routes.js'
import { startServer } from '../../src/api/server.js'
import { createAnnouncer } from '../../src/events.js'
import { createRouteDeps, type RouteParts } from '../../src/routeDeps.js'
import { newKeyText } from '../../src/store/apiKeys.js'
import { startDatabaseClock } from '../../src/store/mongo/clock.js'
import { isDatabaseAway } from '../../src/store/mongo/connect.js'
import type { Db } from '../../src/store/mongo/driver.js'
import { openStores, prepareDatabase } from '../../src/store/mongo/stores.js'
import type { ProjectId } from '../../src/workflow/ids.js'
import type { StepDue, Timer } from '../../src/workflow/messages.js'
import { type CheckAnswer, checked, contractOf, type OpenApi } from './contract.js'
import { openDatabase } from './database.js'
import { type Caller, callerOf } from './http.js'

export interface TestProject {
  readonly id: ProjectId
  readonly secretKey: string
  readonly publicKey: string
  /** With the secret key. */
  readonly call: Caller
}

export interface TestApi {
  readonly url: string
  readonly db: Db
  readonly deps: RouteDeps
  newProject(): Promise<TestProject>
  close(): Promise<void>
}

/** The whole API over HTTP, on a database of its own. */
export async function startApi(
  more: Partial<RouteDeps> & Pick<RouteParts, 'outbox'>,
  options: Partial<AppOptions> = {},
): Promise<TestApi> {
  const database = await openDatabase()
  const { db } = database
  const announcer = createAnnouncer()
  const clock = await startDatabaseClock(db, (error) =>
    announcer.announce('failure', { where: 'clock', error }),
  )
  await prepareDatabase(db, 400)
  const stores = openStores(db, clock, RETENTION_MS)
  const brokerNow = () => clock.now()
  const parts = { ...FIXED, stores, clock, brokerNow, announcer, outbox: more.outbox }
  const deps = { ...createRouteDeps(parts), ...more }
  const classify = (error: unknown) => (isDatabaseAway(error) ? ('DATABASE_AWAY' as const) : null)
  const app = createApp({ routes: createRoutes(deps), keys: deps.keys, announcer, classify, options })
  const server = await startServer(app, { host: '127.0.0.1', port: 0, closeWithinMs: 0 })
  const url = `http://127.0.0.1:${server.port}`
  const check = contractOf((await (await fetch(`${url}/openapi.json`)).json()) as OpenApi)
  return {
    url,
    db,
    deps,
    newProject: () => newProject(deps, url, check),
    close: async () => {
      await server.close()
      clock.stop()
      await database.drop()
    },
  }
}

/** An API for all specs of a `describe`, and for each a project of its own; `set` is told of both before each. */
export function useProject(set: (api: TestApi, project: TestProject) => void): void {
  let api: TestApi
  before(async () => {
    api = await startApi({ outbox: keepingOutbox() })
  })
  beforeEach(async () => set(api, await api.newProject()))
  after(() => api.close())
}

async function newProject(
  { projects, clock }: RouteDeps,
  url: string,
  check: CheckAnswer,
): Promise<TestProject> {
  const id = randomUUID() as string as ProjectId
  const [secretKey, publicKey] = [newKeyText('secret'), newKeyText('public')]
  await projects.createWithKeys({ id, name: 'test', createdAt: clock.now() }, [
    { text: secretKey, type: 'secret', name: null },
    { text: publicKey, type: 'public', name: null },
  ])
  return { id, secretKey, publicKey, call: checked(callerOf(url, secretKey), check) }
}

const RETENTION_MS = 400 * 86_400_000
const FIXED = {
  readiness: { check: async () => ({ ready: true, reasons: [] }) },
  metrics: { text: async () => ({ contentType: 'text/plain; version=0.0.4', text: 'up 1\n' }) },
  serveMetrics: true,
  info: { version: '0.0.0', publicUrl: 'http://localhost' },
  linkSecret: 'a secret of this test',
}

/** An outbox for what never reads Kafka: it keeps what was sent. */
export function keepingOutbox(): Outbox & {
  readonly sent: { events: unknown[]; steps: StepDue[]; timers: Timer[] }
} {
  const sent = { events: [] as unknown[], steps: [] as StepDue[], timers: [] as Timer[] }
  return {
    sent,
    send: async ({ events, steps, timers }) => {
      sent.events.push(...events)
      sent.steps.push(...steps.map(({ due }) => due))
      sent.timers.push(...timers)
    },
    publish: async (events) => void sent.events.push(...events),
    park: async () => {},
    redrive: async () => {},
  }
}
