import { randomUUID } from 'node:crypto'
import { toContactEvent } from '../schemas/contactEvent.js'
import { checkData } from '../schemas/eventData.js'
import { faultFrom } from '../schemas/refusal.js'
import { createCodec, type WireContactEvent } from '../schemas/registry.js'
import { isRetriable, MillraceError, messageOf } from '../src/errors.js'
import { createAnnouncer } from '../src/events.js'
import { type ContactId, type ProjectId, parseId } from '../src/workflow/ids.js'
import { type JsonObject, jsonBytes } from '../src/workflow/json.js'
import { createKafka, type KafkaOptions } from './client.js'
import { contactEventMessages } from './contactEvents.js'
import { createGatherer } from './gather.js'
import { connectProducer } from './kafkaPort.js'

/** "This contact did `name`." `email` or `contactId` names the contact; give `email` wherever you have it. */
export interface PublishedEvent {
  /** 1 to 200 characters. */
  readonly name: string
  readonly email?: string
  readonly contactId?: string
  /** A JSON object of at most 256 KiB. */
  readonly data?: JsonObject
  readonly subscribed?: boolean
  readonly occurredAt?: Date
  /** Names the event for ever: publishing it again starts nothing twice. Default: a random one. */
  readonly eventId?: string
}

export interface EventProducerOptions {
  readonly brokers: readonly string[]
  readonly projectId: string
  /** Default `millrace.contact-events`. */
  readonly topic?: string
  /** With a schema registry values are Avro, without JSON; Millrace reads both. */
  readonly registryUrl?: string
  readonly clientId?: string
  readonly ssl?: KafkaOptions['ssl']
  readonly sasl?: NonNullable<KafkaOptions['sasl']>
  /** How long an event may take to be acknowledged, tries included; default 30 s. */
  readonly deliverWithinMs?: number
  /** How long brokers and registry may take to answer at the start; default 15 s. */
  readonly connectWithinMs?: number
}

export interface EventProducer {
  /**
   * Resolves with the events' ids once all in-sync replicas have them. Rejects with VALIDATION_ERROR, which names
   * the field, before anything is sent; and with SERVICE_UNAVAILABLE when Kafka did not acknowledge in time: some
   * may have been written, and sending the same ids again is safe. Calls that come together share their sends.
   */
  publish(events: PublishedEvent | readonly PublishedEvent[]): Promise<readonly string[]>
  /** Takes nothing more. Resolves once all that was published is answered and nothing is written any more. */
  close(): Promise<void>
}

/** A producer of contact events that does what the docs ask of one: keys, ids, batches, retries. */
export async function createEventProducer(options: EventProducerOptions): Promise<EventProducer> {
  const { brokers, topic = 'millrace.contact-events', deliverWithinMs = 30_000 } = options
  const projectId = parseId<ProjectId>(options.projectId)
  if (projectId === null) throw invalid('projectId', 'must be a UUID')
  const { registryUrl = null, connectWithinMs: patienceMs = 15_000 } = options
  const codec = await createCodec({ registryUrl, patienceMs })
  const { ssl = false, sasl = null, clientId = 'millrace-producer' } = options
  const kafka = createKafka({ brokers, clientId, ssl, sasl, announcer: createAnnouncer() })
  const producer = await connectProducer({ kafka, brokers, patienceMs })
  const send = async (events: readonly WireContactEvent[]) =>
    producer.send([contactEventMessages(codec, topic, events)])
  const gatherer = createGatherer<WireContactEvent>({
    send: (events) => untilTaken(() => send(events), deliverWithinMs),
    limitMs: deliverWithinMs,
  })
  return {
    publish: async (events) => {
      const list = [events].flat() as readonly PublishedEvent[]
      const wire = list.map((event) => checked(event, projectId))
      await gatherer.push(wire)
      return wire.map(({ eventId }) => eventId)
    },
    close: async () => {
      await gatherer.close()
      await producer.close()
    },
  }
}

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 2_000

/** The same events again, with the same ids, while Kafka may still take them. */
async function untilTaken(send: () => Promise<void>, withinMs: number): Promise<void> {
  const until = performance.now() + withinMs
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return await send()
    } catch (error) {
      if (!isRetriable(error) || performance.now() + pauseMs > until) throw error
    }
    const ms = pauseMs * (0.5 + Math.random() / 2)
    await new Promise((resolve) => setTimeout(resolve, ms))
  }
}

type Checked = WireContactEvent & { readonly eventId: string }

const SOMEWHERE = { topic: '', partition: 0, offset: 0, at: new Date(0) }

/** What the service would park is refused here, where somebody can do something about it. */
function checked(event: PublishedEvent, projectId: ProjectId): Checked {
  const { name, email = null, contactId = null, data = {}, subscribed = null, occurredAt = null } = event
  const id = contactId === null ? null : parseId<ContactId>(contactId)
  if (contactId !== null && id === null) throw invalid('contactId', 'must be a UUID')
  const { eventId = randomUUID() } = event
  const who = { projectId, email, contactId: id }
  const wire: Checked = { v: 1, eventId, ...who, name, data, subscribed, occurredAt, cause: null }
  try {
    checkData(data, jsonBytes(data))
  } catch (error) {
    throw refused(faultFrom(error).message)
  }
  const complete = toContactEvent(wire, SOMEWHERE)
  if (!complete.ok) throw refused(complete.message)
  return wire
}

function invalid(field: string, message: string): MillraceError {
  const faults = [{ field, message, code: 'invalid_value' }]
  return new MillraceError('VALIDATION_ERROR', `${field}: ${message}`, { faults })
}

/** Faults of the wire begin with the field's name. */
function refused(text: string): MillraceError {
  const [field = '', ...words] = text.split(': ')
  return invalid(field, messageOf(words.join(': ')))
}
