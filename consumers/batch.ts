/** One message as handlers see it. `offset` is a safe integer; `at` is the broker's timestamp. */
export interface Message {
  readonly partition: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: Readonly<Record<string, string>>
  readonly offset: number
  readonly at: Date
}

/** Messages of one partition in offset order, at most as many as the consumer's chunk. */
export interface Batch {
  readonly topic: string
  readonly partition: number
  readonly messages: readonly Message[]
  /** The offset behind the last message that the broker had when this was fetched. */
  readonly highWatermark: number
}

export interface Control {
  /** False once the process stops or the partitions are being given away: finish or return what is handled. */
  alive(): boolean
}

/**
 * What became of a batch. Only a prefix can be handled: what follows comes again.
 * - `done`: every message is handled.
 * - `partial`: the first `handled` messages are; the rest comes again after `pauseMs`, or with null once
 *   `resumeAll` is called. `pauseMs: 0` asks for the rest at once.
 * - `pause`: nothing is handled; the partition rests for `ms`, then the same messages come again.
 */
export type Verdict =
  | { readonly type: 'done' }
  | { readonly type: 'partial'; readonly handled: number; readonly pauseMs: number | null }
  | { readonly type: 'pause'; readonly ms: number; readonly reason: string }

/** May throw MillraceErrors and others: the middlewares of `consumers/middlewares` turn them into verdicts. */
export type Handler = (batch: Batch, control: Control) => Promise<Verdict>

export type Middleware = (next: Handler) => Handler
