import { randomUUID } from 'node:crypto'
import { createGatherer } from '../producers/gather.js'
import { createApp } from './api/app.js'
import { createContactExecutions } from './api/executionJobs.js'
import { startJobRunner } from './api/jobs.js'
import { jobWorks } from './api/jobWorks.js'
import type { OperationDeps } from './api/operations.js'
import { createRoutes, type RouteDeps } from './api/routes.js'
import { type RunningServer, startServer } from './api/server.js'
import type { Config } from './config.js'
import type { Connections } from './connections.js'
import { createLinks } from './effects/links.js'
import { checkTemplate, createRenderer } from './effects/liquid.js'
import type { Announcer } from './events.js'
import { completeErasures } from './store/eraseContact.js'
import { isDatabaseAway } from './store/mongo/connect.js'
import type { Scheduler } from './store/ports/clock.js'
import { repeat } from './tools.js'
import { PACKAGE_VERSION } from './version.js'

export interface ApiRole {
  readonly server: RunningServer
  stop(): Promise<void>
}

export interface ApiRoleDeps extends Omit<OperationDeps, 'serveMetrics'> {
  readonly scheduler: Scheduler
  readonly announcer: Announcer
}

const ERASURES_EVERY_MS = 30_000

/** The HTTP side: the API, and the long work that its calls leave behind. */
export async function startApiRole(
  config: Config,
  connections: Connections,
  deps: ApiRoleDeps,
): Promise<ApiRole> {
  const { announcer, scheduler } = deps
  const routeDeps = routeDepsOf(config, connections, deps)
  const app = createApp({
    routes: createRoutes(routeDeps),
    keys: connections.stores.keys,
    announcer,
    classify: (error) => (isDatabaseAway(error) ? 'DATABASE_AWAY' : null),
    options: {
      corsOrigins: config.CORS_ORIGINS,
      trustProxy: config.TRUST_PROXY,
      readsPerSecond: config.READS_PER_SECOND ?? null,
      writesPerSecond: config.WRITES_PER_SECOND ?? null,
    },
  })
  const server = await startServer(app, { host: config.HOST, port: config.PORT })
  const jobs = startJobRunner({ ...routeDeps, scheduler, works: jobWorks(routeDeps) })
  const erasures = repeat({ scheduler, announcer, where: 'erasures', everyMs: ERASURES_EVERY_MS }, () =>
    completeErasures(routeDeps.erasure, connections.clock.now()),
  )
  return {
    server,
    stop: async () => {
      await server.close()
      await Promise.all([jobs.stop(), erasures.stop()])
    },
  }
}

function routeDepsOf(config: Config, connections: Connections, deps: ApiRoleDeps): RouteDeps {
  const { stores, clock } = connections
  // Requests that come together share their sends.
  const published = createGatherer({ send: connections.outbox.publish })
  const outbox = { ...connections.outbox, publish: published.push.bind(published) }
  const { contactDirectory: contacts, eventDirectory: events, executions, executionDirectory } = stores
  const moves = {
    executions,
    executionDirectory,
    outbox,
    clock,
    announcer: deps.announcer,
    newId: randomUUID,
  }
  const erasure = {
    contacts,
    executions: createContactExecutions(moves),
    keepers: [events, stores.messages],
  }
  return {
    ...stores,
    ...moves,
    contacts,
    events,
    erasure,
    brokerNow: () => connections.brokerTime.of(clock.now()),
    readiness: deps.readiness,
    metrics: deps.metrics,
    serveMetrics: config.METRICS_PORT === undefined,
    info: { version: PACKAGE_VERSION, publicUrl: config.publicUrl },
    checkTemplate,
    renderer: createRenderer(),
    links: createLinks({ publicUrl: config.publicUrl, secret: connections.linkSecret }),
  }
}
