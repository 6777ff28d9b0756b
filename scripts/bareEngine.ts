import type { Registry } from 'prom-client'
import { readConfig } from '../src/config.js'
import { type Connections, openConnections } from '../src/connections.js'
import { startEngineRole } from '../src/engineRole.js'
import { type Announcer, createAnnouncer } from '../src/events.js'
import { createLogger, logAnnouncements } from '../src/log.js'
import { createMetrics } from '../src/metrics.js'
import { startOperationsServer } from '../src/operationsServer.js'
import { createReadiness } from '../src/readiness.js'

export interface BareEngineOptions {
  /** The surroundings of the engine in another form. */
  readonly around?: (connections: Connections, announcer: Announcer) => Connections
  readonly metrics?: (announcer: Announcer) => Registry
}

/** The engine role alone in this process, for those who change what is around it. Ends on SIGTERM. */
export async function runBareEngine(options: BareEngineOptions): Promise<void> {
  const { around = (connections) => connections, metrics = createMetrics } = options
  const announcer = createAnnouncer()
  const config = readConfig()
  logAnnouncements(announcer, createLogger(config.LOG_LEVEL))
  const crash = (reason: string): never => {
    announcer.announce('engine.stopping', { reason })
    process.exit(1)
  }
  process.on('unhandledRejection', (error) => {
    announcer.announce('failure', { where: 'unhandled rejection', error })
    crash('an error that nothing handled')
  })
  const registry = metrics(announcer)
  const connections = await openConnections(config, announcer)
  const engine = await startEngineRole(config, around(connections, announcer), announcer, crash)
  const readiness = createReadiness({ probe: connections.probe, troubles: engine.troubles })
  const place = { host: config.HOST, port: config.METRICS_PORT ?? config.PORT }
  await startOperationsServer({ registry, readiness }, place)
  process.on('SIGTERM', async () => {
    await engine.stop()
    await connections.close()
    process.exit(0)
  })
}
