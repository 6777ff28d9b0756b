import { startApiRole } from './apiRole.js'
import { type Config, readConfig } from './config.js'
import { type Connections, openConnections } from './connections.js'
import { type EngineRole, startEngineRole } from './engineRole.js'
import { MillraceError } from './errors.js'
import { type Announcer, createAnnouncer } from './events.js'
import { createLogger, logAnnouncements } from './log.js'
import { createMetrics } from './metrics.js'
import { startOperationsServer } from './operationsServer.js'
import { createReadiness } from './readiness.js'
import { startReplayRole } from './replayRole.js'
import { ensureDefaultProject } from './store/firstProject.js'
import { realScheduler } from './store/scheduling.js'

/** Calls under way may take 45 s to finish; whatever hangs longer is cut. */
const STOP_LIMIT_MS = 58_000

type Stop = () => Promise<void>

/** Config, clients, stores, producers, consumers, API: in this order, and back. */
async function run(): Promise<void> {
  const announcer = createAnnouncer()
  const config = readConfig()
  const logger = createLogger(config.LOG_LEVEL)
  logAnnouncements(announcer, logger)
  const stops: Stop[] = []
  const end = ender(announcer, stops)
  process.on('unhandledRejection', (error) => {
    announcer.announce('failure', { where: 'unhandled rejection', error })
    end(1, 'an error that nothing handled')
  })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => end(0, signal))
  await start(config, announcer, { stops, crash: (reason) => end(1, reason) })
  announcer.announce('engine.ready', { roles: config.ROLES })
}

interface Life {
  /** What was started, in order. */
  readonly stops: Stop[]
  readonly crash: (reason: string) => void
}

async function start(config: Config, announcer: Announcer, { stops, crash }: Life): Promise<void> {
  const registry = createMetrics(announcer)
  const connections = await openConnections(config, announcer)
  stops.push(connections.close)
  await prepareFirstProject(config, connections)
  const roles: { engine: EngineRole | null } = { engine: null }
  const troubles = () => roles.engine?.troubles() ?? []
  if (config.ROLES.includes('engine')) {
    roles.engine = await startEngineRole(config, connections, announcer, crash)
    stops.push(roles.engine.stop)
  }
  if (config.ROLES.includes('replay')) {
    stops.push((await startReplayRole(config, connections, announcer)).stop)
  }
  const readiness = createReadiness({ probe: connections.probe, troubles })
  if (config.METRICS_PORT !== undefined) {
    const place = { host: config.HOST, port: config.METRICS_PORT }
    stops.push((await startOperationsServer({ registry, readiness }, place)).close)
  }
  if (!config.ROLES.includes('api')) return
  const api = await startApiRole(config, connections, {
    announcer,
    scheduler: realScheduler,
    readiness,
    metrics: { text: async () => ({ contentType: registry.contentType, text: await registry.metrics() }) },
  })
  stops.push(api.stop)
}

/** The keys of a first start are shown once, where a person can read them: they are stored as digests only. */
async function prepareFirstProject(config: Config, { stores, clock }: Connections): Promise<void> {
  const { MILLRACE_SECRET_KEY: secretKey = null, MILLRACE_PUBLIC_KEY: publicKey = null } = config
  const { project, shown } = await ensureDefaultProject(stores, { secretKey, publicKey }, clock.now())
  if (shown === null || (secretKey !== null && publicKey !== null)) return
  process.stdout.write(`Project ${project.name} was made. Its keys are shown this once:\n`)
  process.stdout.write(`  secret key  ${shown.secretKey}\n  public key  ${shown.publicKey}\n`)
}

/** Stops in reverse, once; a crash does not wait for anything to finish. */
function ender(announcer: Announcer, stops: readonly Stop[]): (code: number, reason: string) => void {
  let ending = false
  return (code, reason) => {
    if (ending) return
    ending = true
    announcer.announce('engine.stopping', { reason })
    if (code !== 0) return process.exit(code)
    setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref()
    void stopAll(announcer, stops).then(() => process.exit(code))
  }
}

async function stopAll(announcer: Announcer, stops: readonly Stop[]): Promise<void> {
  for (const stop of stops.toReversed()) {
    await stop().catch((error: unknown) => announcer.announce('failure', { where: 'stopping', error }))
  }
}

run().catch((error: unknown) => {
  // Configuration and addresses are explained in words; anything else needs its stack.
  const text = error instanceof MillraceError ? error.message : (error as Error).stack
  process.stderr.write(`Millrace cannot start: ${text}\n`)
  process.exit(1)
})
