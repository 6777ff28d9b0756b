/** A process of the engine role whose surroundings are hurt as its argument says (a `Hurt` as JSON). */
import { readConfig } from '../../src/config.js'
import { openConnections } from '../../src/connections.js'
import { startEngineRole } from '../../src/engineRole.js'
import { createAnnouncer } from '../../src/events.js'
import { createLogger, logAnnouncements } from '../../src/log.js'
import { createMetrics } from '../../src/metrics.js'
import { startOperationsServer } from '../../src/operationsServer.js'
import { createReadiness } from '../../src/readiness.js'
import { type Hurt, hurtConnections } from './hurt.js'

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
const hurt = JSON.parse(process.argv[2] ?? '{}') as Hurt
const connections = await openConnections(config, announcer)
const engine = await startEngineRole(config, hurtConnections(connections, hurt, announcer), announcer, crash)
const readiness = createReadiness({ probe: connections.probe, troubles: engine.troubles })
const registry = createMetrics(announcer)
await startOperationsServer({ registry, readiness }, { host: config.HOST, port: config.METRICS_PORT ?? 0 })

async function stop(): Promise<never> {
  await engine.stop()
  await connections.close()
  process.exit(0)
}
process.on('SIGTERM', () => void stop())
