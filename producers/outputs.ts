import type { Codec, WireContactEvent } from '../schemas/registry.js'
import type { Topology } from '../src/topology.js'
import type { DeadLetter, Outputs, Redriven } from '../src/workflow/messages.js'
import { contactEventMessages, fromSystem } from './contactEvents.js'
import { letterMessages } from './deadLetters.js'
import { factMessages } from './executions.js'
import type { KafkaProducer, TopicMessages } from './kafkaPort.js'
import { stepMessages } from './steps.js'
import { timerMessages } from './timers.js'

/**
 * Everything that leaves for Kafka. A promise that resolves means that every message is acknowledged by all
 * in-sync replicas; it rejects with BROKER_AWAY (retriable), after which some may have been written: a repeat is
 * harmless, ids are derived.
 */
export interface Outbox {
  /** Facts and events are acknowledged before steps and timers are sent. */
  send(outputs: Outputs): Promise<void>
  /** Contact events from outside; the key is the lower-cased e-mail. */
  publish(events: readonly WireContactEvent[]): Promise<void>
  /** Raw bytes, cut at 1 MiB, with reason and place in headers; the same source is the same letter. */
  park(letters: readonly DeadLetter[]): Promise<void>
  /** Sends parked messages back, byte for byte. */
  redrive(messages: readonly Redriven[]): Promise<void>
}

export interface OutboxOptions {
  readonly producer: KafkaProducer
  readonly codec: Codec
  readonly topology: Topology
  /** Are facts told on the `executions` topic? */
  readonly lifecycleFacts: boolean
}

/** Two produces at most a call: what others are told, then what moves on. Nothing is sent where there is nothing. */
export function createOutbox({ producer, codec, topology, lifecycleFacts }: OutboxOptions): Outbox {
  const { contactEvents, executions, timers, deadLetters } = topology
  const produce = async (records: readonly TopicMessages[]): Promise<void> => {
    const filled = records.filter(({ messages }) => messages.length > 0)
    if (filled.length > 0) await producer.send(filled)
  }
  return {
    send: async (outputs) => {
      await produce([
        factMessages(codec, executions.name, lifecycleFacts ? outputs.facts : []),
        contactEventMessages(codec, contactEvents.name, outputs.events.map(fromSystem)),
      ])
      await produce([
        ...stepMessages(codec, topology, outputs.steps),
        timerMessages(codec, timers.name, outputs.timers),
      ])
    },
    publish: (events) => produce([contactEventMessages(codec, contactEvents.name, events)]),
    redrive: (messages) => produce(messages.map(({ topic, ...message }) => ({ topic, messages: [message] }))),
    park: (letters) => produce([letterMessages(deadLetters.name, letters)]),
  }
}
