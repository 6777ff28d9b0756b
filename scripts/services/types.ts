import type { Keeper } from './keeperClient.js'

/** The addresses under which a Millrace process finds its services, named as in its environment. */
export interface ServiceAddresses {
  readonly MONGODB_URI: string
  readonly KAFKA_BROKERS: string
  /** Absent: messages travel as JSON. */
  readonly SCHEMA_REGISTRY_URL?: string
}

export interface Progress {
  readonly service: string
  readonly what: string
  /** Since this piece of work began. */
  readonly elapsedMs: number
}

export interface ResolveOptions {
  /** Folder for logs, data and the record of what runs; made if absent. */
  readonly state: string
  /** False: the folder is deleted at the end, also when this process is killed. */
  readonly keepData: boolean
  /** Tells instances apart: part of the Compose project's name. */
  readonly name: string
  /** Fresh containers (testcontainers), or local processes, and nothing else. */
  readonly only?: 'containers' | 'local'
  readonly onProgress: (step: Progress) => void
}

/** What one way of finding services yields. */
export type Found = Pick<Services, 'env' | 'how' | 'pids' | 'again' | 'lost'>

export interface Services {
  readonly env: ServiceAddresses
  readonly how: 'configured' | 'compose' | 'containers' | 'local'
  /** Process ids, when the services are local processes. */
  readonly pids?: { readonly kafka: number; readonly mongod: number; readonly registry: number }
  /** Starts a local process again after it ended, on the same port and data; resolves with its process id. */
  readonly again?: { kafka(): Promise<number>; mongod(): Promise<number> }
  /** Holds the services; what else is started through it ends before them. */
  readonly keeper: Keeper
  /** Resolves, with a sentence, if a service that we started ends by itself. */
  readonly lost: Promise<string>
  /** Stops everything in reverse order; `now` skips the orderly part. May be called twice. */
  stop(how?: { now?: boolean }): Promise<void>
}
