import { type ContactId, derivedId, type EventRecordId, type ExecutionId, type ProjectId } from './ids.js'
import type { JsonObject } from './json.js'

/** Where an event stands among its contact's events: broker time, then partition, then offset. */
export interface Order {
  readonly at: Date
  readonly partition: number
  readonly offset: number
}

/** What the broker's clock, which events are stamped by, shows when MongoDB's shows `at`. */
export type BrokerTimeOf = (at: Date) => Date

/** The other way round: what MongoDB's clock shows when the broker's shows `at`. */
export function unBrokered(at: Date, brokerTimeOf: BrokerTimeOf): Date {
  return new Date(2 * at.getTime() - brokerTimeOf(at).getTime())
}

/** What a producer says: "contact X did `name`". `email` or `contactId` names the contact. */
export interface ContactEvent {
  readonly v: 1
  readonly eventId: string
  readonly projectId: ProjectId
  readonly name: string
  readonly email: string | null
  readonly contactId: ContactId | null
  readonly data: JsonObject
  readonly subscribed: boolean | null
  readonly occurredAt: Date
  /** Set by the engine alone: the execution that caused this event and how many causes came before. */
  readonly cause: { readonly executionId: ExecutionId; readonly depth: number } | null
}

/** An event as it is kept: known contact, first order. */
export interface RecordedEvent {
  readonly id: EventRecordId
  readonly projectId: ProjectId
  readonly contactId: ContactId
  readonly eventId: string
  readonly name: string
  readonly data: JsonObject
  readonly occurredAt: Date
  readonly order: Order
  /** MongoDB's time when it was recorded first. */
  readonly recordedAt: Date
}

/** An event's identity is (project, contact, eventId). */
export function eventRecordId(projectId: ProjectId, contactId: ContactId, eventId: string): EventRecordId {
  return derivedId<EventRecordId>(['event', projectId, contactId, eventId])
}

export function compareOrder(a: Order, b: Order): number {
  return a.at.getTime() - b.at.getTime() || a.partition - b.partition || a.offset - b.offset
}

const ALIASES: ReadonlyMap<string, string> = new Map([
  ['email.click', 'email.clicked'],
  ['email.open', 'email.opened'],
  ['email.delivery', 'email.delivered'],
  ['email.bounce', 'email.bounced'],
  ['email.complaint', 'email.complained'],
])

/** The one form of an event's name: aliases of e-mail events are the same event. */
export function canonicalName(name: string): string {
  return ALIASES.get(name) ?? name
}

/** Every name by which events of this canonical name come. */
export function namesOf(canonical: string): string[] {
  return [canonical, ...[...ALIASES].flatMap(([alias, name]) => (name === canonical ? [alias] : []))]
}

/** Names that only the engine may send; on the topic itself Kafka's ACLs decide. */
export function isReservedName(name: string): boolean {
  return name.startsWith('email.') || name === 'contact.subscribed' || name === 'contact.unsubscribed'
}
