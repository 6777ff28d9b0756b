import { EventEmitter } from 'node:events'

/** Everything the engine announces. Logs and metrics listen; nothing else prints or counts. */
export interface EngineEvents {
  'engine.ready': { readonly roles: readonly string[] }
  'engine.stopping': { readonly reason: string }
  'batch.handled': {
    readonly topic: string
    readonly partition: number
    readonly messages: number
    readonly ms: number
  }
  /** About once a second, of every topic that this process reads. */
  'topic.measured': {
    readonly topic: string
    /** Messages to handle, by partition that this process owns. */
    readonly lags: ReadonlyMap<number, number>
    /** How long ago the time is up to which everything was handled; null: not known. */
    readonly ageMs: number | null
  }
  'timers.overdue': { readonly count: number }
  'events.recorded': { readonly fresh: number; readonly repeated: number }
  'executions.started': { readonly count: number; readonly workflowId: string }
  'executions.ended': { readonly count: number; readonly status: string }
  /** Executions that failed alike; ids of the first ones, for a log. */
  'executions.failed': {
    readonly workflowId: string
    readonly stepId: string | null
    readonly code: string
    readonly count: number
    readonly executionIds: readonly string[]
  }
  /** Ended executions whose time was over and that were removed. */
  'executions.trimmed': { readonly count: number }
  'steps.handled': { readonly kind: string; readonly outcome: string; readonly count: number }
  /** Of each step: from when it was entered to when it was handled. */
  'steps.timed': { readonly kind: string; readonly ms: readonly number[] }
  'messages.dropped': { readonly topic: string; readonly reason: string; readonly count: number }
  'messages.parked': {
    readonly topic: string
    readonly partition: number
    readonly offset: string
    readonly reason: string
    readonly message: string
  }
  'cas.missed': { readonly topic: string; readonly count: number }
  'timers.fired': { readonly kind: string; readonly count: number; readonly latestMs: number }
  /** Of each timer: from when it was due to when it was taken. */
  'timers.timed': { readonly kind: string; readonly ms: readonly number[] }
  'sweeper.emitted': { readonly count: number; readonly kind: string }
  'effect.called': {
    readonly kind: string
    readonly outcome: string
    readonly ms: number
    readonly tries: number
    readonly executionId: string
    readonly workflowId: string
  }
  'partition.paused': {
    readonly topic: string
    readonly partition: number
    readonly reason: string
    readonly ms: number
  }
  'partition.resumed': { readonly topic: string; readonly partition: number }
  'consumer.crashed': { readonly topic: string; readonly message: string }
  'consumer.joined': { readonly topic: string; readonly partitions: readonly number[] }
  'request.answered': {
    readonly method: string
    readonly route: string
    readonly status: number
    readonly ms: number
    readonly requestId: string
  }
  /** What a client library says for itself; kafkajs calls many things errors that it then cures. */
  'client.said': {
    readonly client: string
    readonly level: 'error' | 'warn'
    readonly text: string
  }
  failure: {
    readonly where: string
    readonly error: unknown
    readonly executionId?: string
    readonly workflowId?: string
    readonly requestId?: string
  }
}

export type EventName = keyof EngineEvents

export interface Announcer {
  announce<Name extends EventName>(name: Name, payload: EngineEvents[Name]): void
  on<Name extends EventName>(name: Name, listener: (payload: EngineEvents[Name]) => void): void
}

export function createAnnouncer(): Announcer {
  const emitter = new EventEmitter()
  emitter.setMaxListeners(0)
  return {
    announce: (name, payload) => {
      emitter.emit(`announce:${name}`, payload)
    },
    on: (name, listener) => {
      emitter.on(`announce:${name}`, listener)
    },
  }
}
