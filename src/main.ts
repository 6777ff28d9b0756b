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

/** Config, clients, stores, API, producers, consumers: in this order. */
async function run(): Promise<void> {
  const announcer = createAnnouncer()
  const config = readConfig()
  const logger = createLogger(config.LOG_LEVEL)
  logAnnouncements(announcer, logger)
  const life: Stops = { working: [], serving: [] }
  const end = ender(announcer, life)
  process.on('unhandledRejection', (error) => {
    announcer.announce('failure', { where: 'unhandled rejection', error })
    end(1, 'an error that nothing handled')
  })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => end(0, signal))
  await start(config, announcer, { ...life, crash: (reason) => end(1, reason) })
  announcer.announce('engine.ready', { roles: config.ROLES })
}

interface Stops {
  /** What was started, in order; stops in reverse, after `serving`. */
  readonly working: Stop[]
  /** What takes requests. */
  readonly serving: Stop[]
}

interface Life extends Stops {
  readonly crash: (reason: string) => void
}

/** The API before the engine, which may wait for the places of one that died: events are taken meanwhile. */
async function start(config: Config, announcer: Announcer, life: Life): Promise<void> {
  const registry = createMetrics(announcer)
  const connections = await openConnections(config, announcer)
  life.working.push(connections.close)
  await prepareFirstProject(config, connections)
  const runs = (role: Config['ROLES'][number]) => config.ROLES.includes(role)
  const roles: { engine: EngineRole | null } = { engine: null }
  const troubles = () => roles.engine?.troubles() ?? (runs('engine') ? [JOINING] : [])
  const readiness = createReadiness({ probe: connections.probe, troubles })
  if (config.METRICS_PORT !== undefined) {
    const place = { host: config.HOST, port: config.METRICS_PORT }
    life.working.push((await startOperationsServer({ registry, readiness }, place)).close)
  }
  if (runs('api')) {
    const text = async () => ({ contentType: registry.contentType, text: await registry.metrics() })
    const deps = { announcer, scheduler: realScheduler, readiness, metrics: { text } }
    life.serving.push((await startApiRole(config, connections, deps)).stop)
  }
  if (runs('engine')) {
    roles.engine = await startEngineRole(config, connections, announcer, life.crash)
    life.working.push(roles.engine.stop)
  }
  if (runs('replay')) life.working.push((await startReplayRole(config, connections, announcer)).stop)
}

const JOINING = 'the engine is joining its consumer groups'

/** The keys of a first start are shown once, where a person can read them: they are stored as digests only. */
async function prepareFirstProject(config: Config, { stores, clock }: Connections): Promise<void> {
  const { MILLRACE_SECRET_KEY: secretKey = null, MILLRACE_PUBLIC_KEY: publicKey = null } = config
  const { project, shown } = await ensureDefaultProject(stores, { secretKey, publicKey }, clock.now())
  if (shown === null || (secretKey !== null && publicKey !== null)) return
  process.stdout.write(`Project ${project.name} was made. Its keys are shown this once:\n`)
  process.stdout.write(`  secret key  ${shown.secretKey}\n  public key  ${shown.publicKey}\n`)
}

/** Stops in reverse, once; a crash does not wait for anything to finish. */
function ender(announcer: Announcer, stops: Stops): (code: number, reason: string) => void {
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

async function stopAll(announcer: Announcer, { working, serving }: Stops): Promise<void> {
  for (const stop of [...working, ...serving].toReversed()) {
    await stop().catch((error: unknown) => announcer.announce('failure', { where: 'stopping', error }))
  }
}

run().catch((error: unknown) => {
  // Configuration and addresses are explained in words; anything else needs its stack.
  const text = error instanceof MillraceError ? error.message : (error as Error).stack
  process.stderr.write(`Millrace cannot start: ${text}\n`)
  process.exit(1)
})
