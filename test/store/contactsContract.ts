import assert from 'node:assert/strict'
import type { ContactStore, StoredContact } from '../../src/store/ports/contacts.js'
import type { ProjectStore } from '../../src/store/ports/projects.js'
import type { ProjectId } from '../../src/workflow/ids.js'
import type { JsonObject } from '../../src/workflow/json.js'
import type { SystemEvent } from '../../src/workflow/messages.js'

export interface ContactStores {
  readonly contacts: ContactStore
  readonly projects: ProjectStore
}

export const NOW = new Date('2026-01-01T00:00:00.000Z')
export const LATER = new Date('2026-01-01T00:00:01.000Z')
export const NO_CHANGES = { set: {}, unset: [], subscribed: null }

export function only<Item>(items: readonly Item[]): Item {
  assert.equal(items.length, 1)
  return items[0] as Item
}

export async function givenContact(stores: ContactStores, email = 'a@example.com'): Promise<StoredContact> {
  const { id } = await stores.projects.create('p', NOW)
  return only(await stores.contacts.findOrCreate([{ projectId: id, email }], NOW))
}

export function owedEvent(contact: StoredContact, data: JsonObject = {}): SystemEvent {
  const { id: contactId, projectId, email } = contact
  const cause = { executionId: contactId as string as never, depth: 1 }
  return {
    eventId: 'e1',
    projectId,
    contactId,
    email,
    name: 'contact.unsubscribed',
    data,
    occurredAt: NOW,
    cause,
  }
}

export function findOrCreateContract(open: () => ContactStores): void {
  it('makes a skeleton under an id that depends on project and address only', async () => {
    const stores = open()
    const contact = await givenContact(stores)
    assert.match(contact.id, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    assert.deepEqual(contact, {
      id: contact.id,
      projectId: contact.projectId,
      email: 'a@example.com',
      subscribed: true,
      data: {},
      version: 0,
      createdAt: NOW,
      updatedAt: NOW,
      folded: {},
      birth: null,
      applied: [],
      owed: [],
    })
    const other = await givenContact(stores)
    assert.notEqual(other.id, contact.id)
  })

  it('makes with their events’ fields those that are missing, and changes nothing of those that are there', async () => {
    const stores = open()
    const there = await givenContact(stores)
    const { projectId } = there
    const birth = { partition: 2, from: { offset: 5, at: NOW }, upTo: { offset: 7, at: LATER } }
    const set = { plan: 'pro', 'a.b': [1, { $c: null }] }
    const keys = [there.email, 'b@example.com', 'c@example.com'].map((email) => ({ projectId, email }))
    await stores.contacts.findOrCreate(keys, LATER, ({ email }) => ({
      birth,
      set: email.startsWith('c') ? {} : set,
    }))
    const [old, made, bare] = (await stores.contacts.findOrCreate(keys, LATER)).sort((a, b) =>
      a.email < b.email ? -1 : 1,
    )
    assert.deepEqual(old, there)
    const folded = { 2: birth.upTo }
    assert.deepEqual({ ...made, birth, data: set, version: 1, folded }, made)
    assert.deepEqual({ ...bare, birth, data: {}, version: 0, folded }, bare)
  })

  it('finds what is there, makes what is missing, once each', async () => {
    const stores = open()
    const first = await givenContact(stores)
    const { projectId } = first
    const keys = ['b@example.com', 'a@example.com', 'b@example.com'].map((email) => ({ projectId, email }))
    const got = await stores.contacts.findOrCreate(keys, LATER)
    assert.deepEqual(got.map((contact) => contact.email).sort(), ['a@example.com', 'b@example.com'])
    assert.deepEqual(
      got.find((contact) => contact.email === first.email),
      first,
    )
    assert.deepEqual(await stores.contacts.findOrCreate(keys.slice(1), LATER), await readAll(stores, got))
  })

  it('serves several projects at once and leaves out those that do not exist', async () => {
    const stores = open()
    const one = await givenContact(stores)
    const two = await givenContact(stores)
    const nobody = '00000000-0000-4000-8000-000000000000' as ProjectId
    const keys = [one.projectId, two.projectId, nobody].map((projectId) => ({ projectId, email: one.email }))
    const got = await stores.contacts.findOrCreate(keys, LATER)
    assert.deepEqual(new Set(got.map((contact) => contact.id)), new Set([one.id, two.id]))
  })

  it('gives two callers at once the same contacts', async () => {
    const stores = open()
    const { id: projectId } = await stores.projects.create('p', NOW)
    const keys = Array.from({ length: 50 }, (_, n) => ({ projectId, email: `p${n}@example.com` }))
    const answers = await Promise.all([1, 2, 3].map(() => stores.contacts.findOrCreate(keys, NOW)))
    const ids = answers.map((contacts) => contacts.map((contact) => contact.id).sort())
    assert.equal(ids[0]?.length, 50)
    assert.deepEqual(ids[1], ids[0])
    assert.deepEqual(ids[2], ids[0])
  })

  it('reads by id, leaving out whom nobody knows', async () => {
    const stores = open()
    const contact = await givenContact(stores)
    const nobody = '00000000-0000-4000-8000-000000000000' as StoredContact['id']
    assert.deepEqual(await stores.contacts.read([nobody, contact.id]), [contact])
    assert.deepEqual(await stores.contacts.read([]), [])
    assert.deepEqual(await stores.contacts.findOrCreate([], NOW), [])
    assert.deepEqual(await stores.contacts.formerAddresses([contact]), [])
  })
}

async function readAll(
  { contacts }: ContactStores,
  like: readonly StoredContact[],
): Promise<readonly StoredContact[]> {
  const read = await contacts.read(like.map((contact) => contact.id))
  const byEmail = (a: StoredContact, b: StoredContact) => (a.email < b.email ? -1 : 1)
  return [...read].sort(byEmail)
}
