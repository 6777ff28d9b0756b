import type { Codec } from '../../schemas/codec.js'
import { toContactEvent } from '../../schemas/contactEvent.js'
import type { ContactEvent, Order } from '../../src/workflow/contactEvent.js'
import { compareOrder } from '../../src/workflow/contactEvent.js'
import type { ProjectId } from '../../src/workflow/ids.js'
import type { JsonObject } from '../../src/workflow/json.js'
import type { Kafka } from './kafka.js'

/** What stands in the input topic, each event once, as it stands there first. */
export interface Arrival {
  readonly event: ContactEvent
  readonly email: string
  readonly order: Order
}

export interface Sending {
  readonly eventId: string
  readonly name: string
  readonly email: string
  readonly data: JsonObject
  readonly subscribed: boolean | null
}

/** A producer of contact events whose every send is acknowledged. */
export function createInput(kafka: Kafka, codec: Codec, input: { topic: string; projectId: ProjectId }) {
  return {
    publish: ({ eventId, name, email, data, subscribed }: Sending): void => {
      const value = codec.encode('contactEvent', {
        ...{ v: 1, eventId, projectId: input.projectId, name, email, contactId: null, data },
        ...{ subscribed, occurredAt: null, cause: null },
      })
      kafka.append(input.topic, { key: email, value })
    },
    arrivals: () => arrivals(kafka, codec, input.topic),
  }
}

export type Input = ReturnType<typeof createInput>

async function arrivals(kafka: Kafka, codec: Codec, topic: string): Promise<Arrival[]> {
  const { partitions } = kafka.log(topic)
  const read = await Promise.all(
    partitions.map((_, partition) => arrivalsOf(kafka, codec, { topic, partition })),
  )
  const first = new Map<string, Arrival>()
  for (const arrival of read.flat().sort((a, b) => compareOrder(a.order, b.order))) {
    const key = `${arrival.email}:${arrival.event.eventId}`
    if (!first.has(key)) first.set(key, arrival)
  }
  return [...first.values()]
}

async function arrivalsOf(
  kafka: Kafka,
  codec: Codec,
  { topic, partition }: { readonly topic: string; readonly partition: number },
): Promise<Arrival[]> {
  const messages = kafka.log(topic).partitions[partition] ?? []
  const decoded = await codec.decodeAll(
    'contactEvent',
    messages.map(({ value }) => value),
  )
  return messages.map(({ at, offset }, index) => {
    const one = decoded[index]
    const event = one?.ok === true ? toContactEvent(one.value, { topic, partition, offset, at }) : one
    if (event?.ok !== true) throw new Error(`${topic} holds what cannot be read: ${JSON.stringify(event)}`)
    return { event: event.value, email: event.value.email ?? '', order: { at, partition, offset } }
  })
}
