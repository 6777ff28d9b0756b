import type { ContactEvent } from '../src/workflow/contactEvent.js'
import type { DeadLetter, Outputs } from '../src/workflow/messages.js'

/**
 * Everything that leaves for Kafka. A promise that resolves means that every message is acknowledged by all
 * in-sync replicas; it rejects with BROKER_AWAY (retriable), after which some may have been written: a repeat is
 * harmless, ids are derived.
 */
export interface Outbox {
  /** Facts and events are acknowledged before steps and timers are sent. */
  send(outputs: Outputs): Promise<void>
  /** Contact events from outside; the key is the lower-cased e-mail. */
  publish(events: readonly ContactEvent[]): Promise<void>
  /** Raw bytes, cut at 1 MiB, with reason and place in headers; the same source is the same letter. */
  park(letters: readonly DeadLetter[]): Promise<void>
}
