/** One clock for due times, leases and grace: MongoDB's, carried on this process's monotonic clock. */
export interface Clock {
  /** The database's time now, in whole milliseconds. */
  now(): Date
}

/** Timers of this process; the simulation drives them by its virtual clock. */
export interface Scheduler {
  /** Calls `run` once after `delayMs`; the answer calls it off. */
  after(delayMs: number, run: () => void): () => void
}
