import { randomUUID } from 'node:crypto'
import type { Outbox } from '../../producers/outputs.js'
import { type AppOptions, createApp } from '../../src/api/app.js'
import { createRoutes, type RouteDeps } from '../../src/api/routes.js'
import { startServer } from '../../src/api/server.js'
import { createLinks } from '../../src/effects/links.js'
import { checkTemplate, createRenderer } from '../../src/effects/liquid.js'
import { createAnnouncer } from '../../src/events.js'
import { newKeyText } from '../../src/store/apiKeys.js'
import { type DatabaseClock, startDatabaseClock } from '../../src/store/mongo/clock.js'
import { isDatabaseAway } from '../../src/store/mongo/connect.js'
import { createMongoContactDirectory } from '../../src/store/mongo/contactDirectory.js'
import { prepareContacts } from '../../src/store/mongo/contactDocument.js'
import { createMongoDefinitions } from '../../src/store/mongo/definitions.js'
import type { Db } from '../../src/store/mongo/driver.js'
import { createMongoEntries } from '../../src/store/mongo/entries.js'
import { createMongoEventDirectory } from '../../src/store/mongo/eventDirectory.js'
import { prepareEvents } from '../../src/store/mongo/events.js'
import { createMongoExecutionDirectory } from '../../src/store/mongo/executionDirectory.js'
import { createMongoExecutionStats } from '../../src/store/mongo/executionStats.js'
import { createMongoExecutions, prepareExecutions } from '../../src/store/mongo/executions.js'
import { createMongoJobs, prepareJobs } from '../../src/store/mongo/jobs.js'
import { createMongoKeys, prepareKeys } from '../../src/store/mongo/keys.js'
import { createMongoMessages, prepareMessages } from '../../src/store/mongo/messages.js'
import { createMongoProjects } from '../../src/store/mongo/projects.js'
import { createMongoTemplates, prepareTemplates } from '../../src/store/mongo/templates.js'
import { createMongoWorkflows, prepareWorkflows } from '../../src/store/mongo/workflows.js'
import type { ProjectId } from '../../src/workflow/ids.js'
import type { StepDue, Timer } from '../../src/workflow/messages.js'
import { type CheckAnswer, contractOf, type OpenApi } from './contract.js'
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
  more: Partial<RouteDeps> & Pick<RouteDeps, 'outbox'>,
  options: Partial<AppOptions> = {},
): Promise<TestApi> {
  const database = await openDatabase()
  const { db } = database
  const announcer = createAnnouncer()
  const clock = await startDatabaseClock(db, (error) =>
    announcer.announce('failure', { where: 'clock', error }),
  )
  await Promise.all([prepareContacts(db), prepareKeys(db), prepareTemplates(db)])
  await Promise.all([prepareEvents(db, 400), prepareMessages(db, 400), prepareWorkflows(db)])
  await Promise.all([prepareExecutions(db), prepareJobs(db)])
  const deps: RouteDeps = { ...storesOf(db, clock), ...toolsOf(clock), announcer, ...more }
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

/** Every answer of the run is held against OpenAPI. */
function checked(call: Caller, check: CheckAnswer): Caller {
  return async (method, path, request) => {
    const reply = await call(method, path, request)
    check(method, path, reply)
    return reply
  }
}

function storesOf(db: Db, clock: DatabaseClock) {
  const projects = createMongoProjects(db)
  const contacts = createMongoContactDirectory(db, projects)
  const [events, messages] = [createMongoEventDirectory(db), createMongoMessages(db)]
  const executions = { cancelForContact: async () => {} }
  const erasure = { contacts, executions, keepers: [events, messages] }
  return {
    projects,
    contacts,
    events,
    messages,
    erasure,
    clock,
    keys: createMongoKeys(db),
    templates: createMongoTemplates(db),
    workflows: createMongoWorkflows(db),
    definitions: createMongoDefinitions(db),
    entries: createMongoEntries(db),
    executions: createMongoExecutions(db, clock),
    executionDirectory: createMongoExecutionDirectory(db),
    executionStats: createMongoExecutionStats(db, clock),
    jobs: createMongoJobs(db),
  }
}

function toolsOf(clock: DatabaseClock) {
  return {
    brokerNow: () => clock.now(),
    newId: randomUUID,
    readiness: { check: async () => ({ ready: true, reasons: [] }) },
    metrics: { text: async () => ({ contentType: 'text/plain; version=0.0.4', text: 'up 1\n' }) },
    serveMetrics: true,
    info: { version: '0.0.0', publicUrl: 'http://localhost' },
    checkTemplate,
    renderer: createRenderer(),
    links: createLinks({ publicUrl: 'http://localhost', secret: 'a secret of this test' }),
  }
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
  }
}
