import pino, { type DestinationStream, type Logger } from 'pino'
import type { Announcer, EngineEvents, EventName } from './events.js'
import { impersonal, impersonalError } from './log/impersonal.js'

/** How loudly each announcement is written; what is not listed is written at debug. */
const LEVELS: Partial<Record<EventName, 'info' | 'warn' | 'error'>> = {
  'engine.ready': 'info',
  'engine.stopping': 'info',
  'executions.trimmed': 'info',
  'consumer.joined': 'info',
  'executions.failed': 'info',
  'messages.parked': 'warn',
  'partition.paused': 'warn',
  'partition.resumed': 'info',
  'sweeper.emitted': 'warn',
  'consumer.crashed': 'error',
  failure: 'error',
}

const NAMES = [
  'engine.ready',
  'engine.stopping',
  'batch.handled',
  'events.recorded',
  'executions.started',
  'executions.ended',
  'executions.failed',
  'executions.trimmed',
  'steps.handled',
  'messages.dropped',
  'messages.parked',
  'cas.missed',
  'timers.fired',
  'sweeper.emitted',
  'effect.called',
  'partition.paused',
  'partition.resumed',
  'consumer.crashed',
  'consumer.joined',
  'request.answered',
  'failure',
] as const satisfies readonly EventName[]

export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime }
  return destination === undefined ? pino(options) : pino(options, destination)
}

/** Writes what is announced as JSON lines, without personal data; no module prints by itself. */
export function logAnnouncements(announcer: Announcer, logger: Logger): void {
  for (const name of NAMES)
    announcer.on(name, (payload: EngineEvents[typeof name]) => write(logger, name, payload))
  // What the Kafka client calls an error is mostly one that it cures.
  announcer.on('client.said', ({ client, text }) => {
    const level = client === 'topics' ? 'warn' : 'debug'
    if (logger.isLevelEnabled(level)) logger[level]({ client, text: impersonal(text) }, 'client.said')
  })
}

function write(logger: Logger, name: EventName, payload: object): void {
  const level = LEVELS[name] ?? 'debug'
  if (!logger.isLevelEnabled(level)) return
  const fields = Object.entries(payload).filter(([field]) => !isUnlogged(name, field))
  logger[level](Object.fromEntries(fields.map(loggedField)), name)
}

/** A dead letter's own words say what was wrong with which value: they stay in its headers. */
function isUnlogged(name: EventName, field: string): boolean {
  return name === 'messages.parked' && field === 'message'
}

function loggedField([field, value]: [string, unknown]): [string, unknown] {
  if (field === 'error') return ['err', impersonalError(value)]
  return [field, typeof value === 'string' ? impersonal(value) : value]
}
