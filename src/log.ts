import pino, { type Logger } from 'pino'
import type { Announcer, EngineEvents, EventName } from './events.js'

/** How loudly each announcement is written; what is not listed is written at debug. */
const LEVELS: Partial<Record<EventName, 'info' | 'warn' | 'error'>> = {
  'engine.ready': 'info',
  'engine.stopping': 'info',
  'executions.trimmed': 'info',
  'consumer.joined': 'info',
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

export function createLogger(level: string): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime })
}

/** Writes what is announced as JSON lines; no module prints by itself. */
export function logAnnouncements(announcer: Announcer, logger: Logger): void {
  for (const name of NAMES)
    announcer.on(name, (payload: EngineEvents[typeof name]) => write(logger, name, payload))
}

function write(logger: Logger, name: EventName, payload: object): void {
  const { error, ...rest } = payload as { readonly error?: unknown }
  const fields = error === undefined ? rest : { ...rest, err: error }
  logger[LEVELS[name] ?? 'debug'](fields, name)
}
