import assert from 'node:assert/strict'
import type { FoldWrite, StoredContact, UpdateWrite } from '../../src/store/ports/contacts.js'
import type { JsonObject } from '../../src/workflow/json.js'
import {
  type ContactStores,
  givenContact,
  LATER,
  NO_CHANGES,
  NOW,
  only,
  owedEvent,
} from './contactsContract.js'

const HARD: JsonObject = JSON.parse(
  '{"a.b":1,"$set":2,"":3,"n\\u0000l":4,"_bsontype":"ObjectId","%2E":5,"__proto__":{"x":1},"half\\ud800":6,"0":7,"deep":{"$ref":"a","$id":"b","c.d":["\\ud800",{"_bsontype":"Long"}]},"emoji 🙂":"🙂"}',
) as JsonObject

function foldOf(contact: StoredContact, more: Partial<FoldWrite> = {}): FoldWrite {
  const becomes = { offset: 5, at: NOW }
  return {
    id: contact.id,
    partition: 3,
    was: null,
    becomes,
    version: null,
    changes: NO_CHANGES,
    owed: [],
    ...more,
  }
}

function updateOf(contact: StoredContact, more: Partial<UpdateWrite> = {}): UpdateWrite {
  const { id, version } = contact
  return { id, version, changes: NO_CHANGES, marks: [], unmark: [], owed: [], ...more }
}

export function foldContract(open: () => ContactStores): void {
  const read = async (stores: ContactStores, { id }: StoredContact) => only(await stores.contacts.read([id]))

  it('sets and deletes fields one by one, whatever they are called', async () => {
    const stores = open()
    const contact = await givenContact(stores)
    await stores.contacts.fold(
      [foldOf(contact, { changes: { set: HARD, unset: [], subscribed: false } })],
      LATER,
    )
    const got = await read(stores, contact)
    assert.deepEqual(got.data, HARD)
    assert.deepEqual([got.subscribed, got.version, got.updatedAt, got.createdAt], [false, 1, LATER, NOW])
    assert.deepEqual(got.folded, { '3': { offset: 5, at: NOW } })
    const was = { offset: 5, at: NOW }
    const changes = { set: {}, unset: Object.keys(HARD), subscribed: null }
    await stores.contacts.fold([foldOf(contact, { was, becomes: { offset: 6, at: LATER }, changes })], LATER)
    assert.deepEqual((await read(stores, contact)).data, {})
  })

  it('moves only the place when nothing changes', async () => {
    const stores = open()
    const contact = await givenContact(stores)
    const missed = await stores.contacts.fold([foldOf(contact)], LATER)
    assert.equal(missed.size, 0)
    assert.deepEqual(await read(stores, contact), { ...contact, folded: { '3': { offset: 5, at: NOW } } })
  })

  it('misses where the place is not what was read, and says which', async () => {
    const stores = open()
    const [one, two] = [await givenContact(stores), await givenContact(stores)]
    await stores.contacts.fold([foldOf(one)], NOW)
    const becomes = { offset: 7, at: LATER }
    const changes = { set: { x: 1 }, unset: [], subscribed: null }
    const writes = [foldOf(one, { becomes, changes }), foldOf(two, { becomes, changes })]
    assert.deepEqual(await stores.contacts.fold(writes, LATER), new Set([one.id]))
    assert.deepEqual((await read(stores, one)).data, {})
    assert.deepEqual((await read(stores, two)).data, { x: 1 })
    const wrongTime = foldOf(one, { was: { offset: 5, at: LATER }, becomes })
    assert.deepEqual(await stores.contacts.fold([wrongTime], LATER), new Set([one.id]))
  })

  it('misses on another version, where the write goes by it', async () => {
    const stores = open()
    const contact = await givenContact(stores)
    const changes = { set: {}, unset: [], subscribed: false }
    await stores.contacts.update([updateOf(contact, { marks: ['m'] })], NOW)
    const write = foldOf(contact, { version: contact.version, changes })
    assert.deepEqual(await stores.contacts.fold([write], LATER), new Set([contact.id]))
    assert.deepEqual((await read(stores, contact)).folded, {})
    const again = { ...write, version: contact.version + 1 }
    assert.equal((await stores.contacts.fold([again], LATER)).size, 0)
    assert.equal((await read(stores, contact)).subscribed, false)
    assert.equal((await stores.contacts.fold([again], LATER)).size, 0)
  })

  it('counts a repeated write as done', async () => {
    const stores = open()
    const contact = await givenContact(stores)
    const write = foldOf(contact, { changes: { set: { x: 1 }, unset: [], subscribed: null } })
    await stores.contacts.fold([write], NOW)
    assert.equal((await stores.contacts.fold([write], LATER)).size, 0)
    assert.equal((await read(stores, contact)).version, 1)
  })

  it('keeps what is owed until it is cleared', async () => {
    const stores = open()
    const contact = await givenContact(stores)
    const owed = owedEvent(contact, { 'a.b': { $x: 1 } })
    await stores.contacts.fold(
      [foldOf(contact, { owed: [owed], changes: { set: {}, unset: [], subscribed: false } })],
      NOW,
    )
    const mine = async (before: Date) =>
      (await stores.contacts.owing(before, 1_000)).filter(({ id }) => id === contact.id)
    assert.deepEqual(only(await mine(LATER)).owed, [owed])
    assert.deepEqual(await mine(NOW), [])
    await stores.contacts.clearOwed([{ id: contact.id, eventIds: ['other'] }])
    assert.equal((await mine(LATER)).length, 1)
    await stores.contacts.clearOwed([{ id: contact.id, eventIds: ['e1'] }])
    assert.deepEqual(await mine(LATER), [])
    assert.deepEqual((await read(stores, contact)).owed, [])
    await stores.contacts.clearOwed([])
  })
}

export function updateContract(open: () => ContactStores): void {
  const read = async (stores: ContactStores, { id }: StoredContact) => only(await stores.contacts.read([id]))

  it('writes fields and marks on condition of the version', async () => {
    const stores = open()
    const contact = await givenContact(stores)
    const changes = { set: HARD, unset: [], subscribed: false }
    const owed = owedEvent(contact)
    const write = updateOf(contact, { changes, marks: ['x:1', 'x:2'], owed: [owed] })
    assert.equal((await stores.contacts.update([write], LATER)).size, 0)
    const first = await read(stores, contact)
    assert.deepEqual(first.data, HARD)
    assert.deepEqual([first.applied, first.owed, first.version], [['x:1', 'x:2'], [owed], 1])
    const more = updateOf(first, {
      changes: { set: { n: 1 }, unset: Object.keys(HARD), subscribed: null },
      marks: ['x:3'],
      unmark: ['x:1'],
    })
    assert.equal((await stores.contacts.update([more], LATER)).size, 0)
    const second = await read(stores, contact)
    assert.deepEqual([second.data, second.applied, second.subscribed], [{ n: 1 }, ['x:2', 'x:3'], false])
  })

  it('misses on another version, and counts what is marked already as done', async () => {
    const stores = open()
    const [one, two] = [await givenContact(stores), await givenContact(stores)]
    await stores.contacts.update([updateOf(one, { marks: ['m'] })], NOW)
    const late = updateOf(one, { marks: ['other'], changes: { set: { x: 1 }, unset: [], subscribed: null } })
    assert.deepEqual(
      await stores.contacts.update([late, updateOf(two, { marks: ['m'] })], NOW),
      new Set([one.id]),
    )
    assert.equal((await stores.contacts.update([updateOf(one, { marks: ['m'] })], NOW)).size, 0)
    assert.deepEqual((await read(stores, one)).data, {})
  })

  it('takes values as they are, never as expressions', async () => {
    const stores = open()
    const contact = await givenContact(stores)
    const data = { a: '$email', b: { $add: [1, 2] }, c: ['$$NOW'], d: '$$REMOVE' }
    const changes = { set: data, unset: [], subscribed: null }
    await stores.contacts.update([updateOf(contact, { changes, marks: ['$email'] })], NOW)
    const got = await read(stores, contact)
    assert.deepEqual([got.data, got.applied], [data, ['$email']])
  })

  it('takes nothing', async () => {
    const { contacts } = open()
    assert.equal((await contacts.update([], NOW)).size + (await contacts.fold([], NOW)).size, 0)
  })
}
