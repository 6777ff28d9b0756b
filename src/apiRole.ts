import { createGatherer } from '../producers/gather.js'
import { createApp } from './api/app.js'
import { startJobRunner } from './api/jobs.js'
import { jobWorks } from './api/jobWorks.js'
import type { OperationDeps } from './api/operations.js'
import { createRoutes } from './api/routes.js'
import { type RunningServer, startServer } from './api/server.js'
import type { Config } from './config.js'
import type { Connections } from './connections.js'
import type { Announcer } from './events.js'
import { createRouteDeps } from './routeDeps.js'
import { completeErasures } from './store/eraseContact.js'
import { isDatabaseAway } from './store/mongo/connect.js'
import type { Scheduler } from './store/ports/clock.js'
import { repeat } from './store/scheduling.js'
import { tracedPublish } from './tracing/outside.js'
import { traceRequests } from './tracing/requests.js'
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
  // Requests that come together share their sends.
  const published = createGatherer({ send: connections.outbox.publish })
  const { tracing } = connections
  const routeDeps = createRouteDeps({
    ...connections,
    ...deps,
    outbox: { ...connections.outbox, publish: tracedPublish(published.push.bind(published), tracing) },
    brokerNow: () => connections.brokerTime.of(connections.clock.now()),
    serveMetrics: config.METRICS_PORT === undefined,
    info: { version: PACKAGE_VERSION, publicUrl: config.publicUrl },
  })
  const app = createApp({
    routes: createRoutes(routeDeps),
    keys: connections.stores.keys,
    announcer,
    ...(tracing === undefined ? {} : { around: traceRequests(tracing) }),
    classify: (error) => (isDatabaseAway(error) ? 'DATABASE_AWAY' : null),
    options: {
      corsOrigins: config.CORS_ORIGINS,
      trustProxy: config.TRUST_PROXY,
      readsPerSecond: config.READS_PER_SECOND || null,
      writesPerSecond: config.WRITES_PER_SECOND || null,
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
