import { createDeadLettersHandler, type LetterDeps } from '../consumers/deadLetters.js'
import type { EngineDeps } from '../consumers/deps.js'
import { type Engine, startEngine } from '../consumers/engine.js'
import { deadLetter } from '../consumers/middlewares/deadLetter.js'
import { rest } from '../consumers/middlewares/rest.js'
import { retry } from '../consumers/middlewares/retry.js'
import { connectOffsetReader } from '../consumers/run/offsets.js'
import { createStartConsumer, type RunOptions, type StartConsumer } from '../consumers/run.js'
import type { Config } from './config.js'
import type { Connections } from './connections.js'
import { engineDeps } from './engineDeps.js'
import type { Announcer } from './events.js'
import { openOutside } from './outside.js'
import { startRetention } from './retention.js'
import { realScheduler } from './store/scheduling.js'
import { DAY_MS } from './topology.js'

/** Messages of one database batch: larger ones gain little, smaller ones cost a sixth. */
const MAX_MESSAGES = 2_000
/** Longer than the longest handler: whoever stands still for so long is stuck. */
const STUCK_AFTER_MS = 180_000
/**
 * Mails under way for each connection: a slot is held from the claim to the record of the result, of which the
 * connection is wanted for the least part; but behind a slow server more would only use up their time limits.
 */
const MAILS_A_CONNECTION = { least: 2, most: 8, withinMs: 1_000 }

function mailsAConnection(meanMs: number | null): number {
  const { least, most, withinMs } = MAILS_A_CONNECTION
  return meanMs === null ? least : Math.max(least, Math.min(most, Math.floor(withinMs / meanMs)))
}

export interface EngineRole extends Pick<Engine, 'troubles'> {
  stop(): Promise<void>
}

/** Consumers, alarm clock, sweeper and outside calls, wired to the real world. */
export async function startEngineRole(
  config: Config,
  connections: Connections,
  announcer: Announcer,
  onCrash: (reason: string) => void,
): Promise<EngineRole> {
  const { stores, topology } = connections
  const outside = openOutside(config, connections)
  const deps = engineDeps(connections, announcer, config.LIFECYCLE_FACTS)
  const offsets = await connectOffsetReader({
    kafka: connections.kafka,
    brokers: config.KAFKA_BROKERS,
    patienceMs: config.CONNECT_TIMEOUT_MS,
  })
  const sessionTimeoutMs = config.SESSION_TIMEOUT_MS
  const reading = { kafka: connections.kafka, offsets, onCrash, sessionTimeoutMs }
  const letters = await startLetters(reading, { ...deps, deadLetters: stores.deadLetters, topology })
  const engine = await startEngine({
    deps,
    topology,
    tools: outside.tools,
    startConsumer: consumersOf(reading, deps),
    effectSlots: {
      WEBHOOK: () => config.EFFECT_SLOTS,
      SEND_EMAIL: (meanMs) => config.SMTP_CONNECTIONS * mailsAConnection(meanMs),
    },
    hostSlots: config.WEBHOOK_HOST_SLOTS,
    retryBaseMs: config.RETRY_BASE_MS,
    sweepEveryMs: config.SWEEP_EVERY_MS,
    sweepGraceMs: config.SWEEP_GRACE_MS,
    shortestRetentionMs: config.EVENT_RETENTION_DAYS * DAY_MS,
    random: Math.random,
    alongside: [letters],
  })
  const retention = startRetention({
    trimmer: stores.executionTrimmer,
    clock: connections.clock,
    scheduler: realScheduler,
    announcer,
    keepMs: config.EXECUTION_RETENTION_DAYS * DAY_MS,
  })
  return {
    troubles: () => [...engine.troubles(), ...[letters.trouble() ?? []].flat()],
    stop: async () => {
      await Promise.all([engine.stop(), letters.stop(), retention.stop()])
      await Promise.all([outside.close(), offsets.close()])
    },
  }
}

type Reading = Pick<RunOptions, 'kafka' | 'offsets' | 'onCrash' | 'sessionTimeoutMs'>

const LIMITS = { maxMessages: MAX_MESSAGES, stuckAfterMs: STUCK_AFTER_MS }

/** Every handler inside the same middlewares: what may pass waits, what cannot be handled is parked. */
function consumersOf(reading: Reading, deps: EngineDeps): StartConsumer {
  const start = createStartConsumer({ ...reading, ...LIMITS, announcer: deps.announcer })
  return (spec) => start({ ...spec, handler: retry()(deadLetter(deps)(spec.handler)) })
}

/** Letters are kept a few at a time: each may be a MiB. */
const MAX_LETTERS = 50

function startLetters(reading: Reading, deps: LetterDeps & EngineDeps): ReturnType<StartConsumer> {
  const { announcer, topology } = deps
  const start = createStartConsumer({ ...reading, ...LIMITS, maxMessages: MAX_LETTERS, announcer })
  const handler = retry()(rest(deps)(createDeadLettersHandler(deps)))
  return start({ topic: topology.deadLetters, handler })
}
