import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { EventQuery, EventStore } from '../../src/store/ports/events.js'
import { eventRecordId, type RecordedEvent } from '../../src/workflow/contactEvent.js'
import type { ContactId, ProjectId } from '../../src/workflow/ids.js'
import type { JsonObject } from '../../src/workflow/json.js'

export interface EventLike {
  readonly projectId?: ProjectId
  readonly contactId?: ContactId
  readonly eventId?: string
  readonly name?: string
  readonly atMs?: number
  readonly offset?: number
  readonly data?: JsonObject
}

export function newEvent(like: EventLike = {}): RecordedEvent {
  const projectId = like.projectId ?? (randomUUID() as string as ProjectId)
  const contactId = like.contactId ?? (randomUUID() as string as ContactId)
  const eventId = like.eventId ?? randomUUID()
  const at = new Date(like.atMs ?? 1_000)
  return {
    id: eventRecordId(projectId, contactId, eventId),
    projectId,
    contactId,
    eventId,
    name: like.name ?? 'signed_up',
    data: like.data ?? {},
    occurredAt: new Date(500),
    order: { at, partition: 0, offset: like.offset ?? 0 },
    recordedAt: new Date(2_000),
  }
}

const HARD_DATA: JsonObject = JSON.parse(
  '{"a.b":1,"$set":{"$x":1},"":0,"n\\u0000l":null,"_bsontype":"ObjectId","ref":{"$ref":"a","$id":"b"},"half":"\\ud800","__proto__":{"x":1},"z":[1.5,1e300,9007199254740993,[],{}]}',
) as JsonObject

export function eventsContract(open: () => EventStore): void {
  const names = ['signed_up']

  it('records new events and says nothing of them', async () => {
    const store = open()
    const event = newEvent({ data: HARD_DATA })
    assert.equal((await store.record([event])).size, 0)
    const found = await store.find([{ contactId: event.contactId, names, after: { at: new Date(0) } }])
    assert.deepEqual(found, [event])
  })

  it('keeps the first record of an event and answers it', async () => {
    const store = open()
    const first = newEvent({ offset: 1 })
    await store.record([first])
    const repeat = { ...first, order: { ...first.order, offset: 9 }, recordedAt: new Date(9_000) }
    const there = await store.record([repeat, newEvent()])
    assert.deepEqual([...there], [[first.id, first]])
  })

  it('keeps the first of two in one call', async () => {
    const store = open()
    const first = newEvent({ offset: 1 })
    const repeat = { ...first, order: { ...first.order, offset: 9 } }
    assert.equal((await store.record([first, repeat])).size, 0)
    const there = await store.record([repeat])
    assert.deepEqual(there.get(first.id), first)
  })

  it('finds by contact, name and time, in order', async () => {
    const store = open()
    const { contactId, projectId } = newEvent()
    const event = (name: string, atMs: number, offset: number) =>
      newEvent({ projectId, contactId, name, atMs, offset })
    const [early, late, later] = [event('a', 10, 9), event('b', 20, 2), event('a', 20, 3)]
    await store.record([later, early, late, event('c', 30, 4), newEvent({ name: 'a', atMs: 20 })])
    const find = (after: EventQuery['after']) => store.find([{ contactId, names: ['a', 'b'], after }])
    assert.deepEqual(await find({ at: new Date(10) }), [early, late, later])
    assert.deepEqual(await find({ at: new Date(11) }), [late, later])
    assert.deepEqual(await find({ order: early.order }), [late, later])
    assert.deepEqual(await find({ order: late.order }), [later])
    assert.deepEqual(await find({ order: later.order }), [])
  })

  it('answers many questions of very different age in one call, each with its own window', async () => {
    const store = open()
    const dayMs = 86_400_000
    const events = Array.from({ length: 40 }, (_, day) =>
      newEvent({ atMs: day * dayMs, name: `n${day % 3}` }),
    )
    await store.record(events)
    const asked = events.map((event, day) => ({
      contactId: event.contactId,
      names: [`n${day % 3}`],
      after: { at: new Date(event.order.at.getTime() + (day % 2)) },
    }))
    const found = await store.find(asked)
    assert.deepEqual(
      found,
      events.filter((_, day) => day % 2 === 0),
    )
  })

  it('takes no questions and no events', async () => {
    assert.deepEqual(await open().find([]), [])
    assert.equal((await open().record([])).size, 0)
  })
}
