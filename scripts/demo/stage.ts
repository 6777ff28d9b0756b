import type { ApiClient } from '../apiClient.js'
import type { Sink } from './sink.js'

/** All that a demo run works with. */
export interface Stage {
  readonly api: ApiClient
  /** `http://host:port` of the API. */
  readonly base: string
  readonly brokers: string
  readonly topic: string
  readonly projectId: string
  readonly sink: Sink
  /** The engine's process, for its memory. */
  readonly pid: number
}
