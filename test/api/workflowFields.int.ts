import assert from 'node:assert/strict'
import { createMongoEvents } from '../../src/store/mongo/events.js'
import { eventRecordId } from '../../src/workflow/contactEvent.js'
import type { ContactId } from '../../src/workflow/ids.js'
import type { JsonObject } from '../../src/workflow/json.js'
import { type TestApi, type TestProject, useProject } from '../support/api.js'

describe('the fields that conditions can use', () => {
  let api: TestApi
  let project: TestProject
  let at = 0
  useProject((opened, made) => {
    api = opened
    project = made
  })
  const contact = async (email: string, data: object) =>
    String((await project.call('POST', '/contacts', { body: { email, data } })).at('id')) as ContactId
  const happen = async (contactId: ContactId, name: string, data: JsonObject) => {
    at += 1
    const when = new Date(Date.UTC(2026, 0, 1, 0, 0, at))
    const id = eventRecordId(project.id, contactId, `e${at}`)
    const order = { at: when, partition: 0, offset: at }
    const times = { occurredAt: when, recordedAt: new Date() }
    await createMongoEvents(api.db).record([
      { id, projectId: project.id, contactId, eventId: `e${at}`, name, data, order, ...times },
    ])
  }
  const fields = async (query = '') => {
    const reply = await project.call('GET', `/workflows/fields${query}`)
    assert.equal(reply.status, 200)
    return Object.fromEntries(
      (reply.at('data') as { field: string; type: string }[]).map((one) => [one.field, one.type]),
    )
  }
  const always = { 'contact.email': 'string', 'contact.subscribed': 'boolean' }

  it('are those that every contact has, at first', async () => {
    assert.deepEqual(await fields(), always)
  })

  it('are what was seen of contacts and events, each with its type', async () => {
    const id = await contact('a@example.com', { plan: 'pro', tags: ['x'], address: { city: 'Ulm', zip: 1 } })
    await happen(id, 'bought', {
      total: 1.5,
      gift: true,
      note: null,
      coupon: { value: 'X', persistent: false },
    })
    assert.deepEqual(await fields(), {
      ...always,
      'contact.data.plan': 'string',
      'contact.data.tags': 'array',
      'contact.data.address': 'object',
      'contact.data.address.city': 'string',
      'contact.data.address.zip': 'number',
      'event.total': 'number',
      'event.gift': 'boolean',
      'event.note': 'null',
      'event.coupon': 'string',
    })
  })

  it('are of the named event alone; the newest names the type', async () => {
    const id = await contact('a@example.com', {})
    await happen(id, 'email.clicked', { n: 'old', link: 'x' })
    await happen(id, 'email.clicked', { n: 1, link: null })
    await happen(id, 'other', { x: 1 })
    assert.deepEqual(await fields('?eventName=email.click'), {
      ...always,
      'event.n': 'number',
      'event.link': 'string',
    })
    assert.deepEqual(await fields('?eventName=nothing'), always)
  })

  it('are of the own project alone', async () => {
    await happen(await contact('a@example.com', { plan: 'pro' }), 'bought', { total: 1 })
    project = await api.newProject()
    assert.deepEqual(await fields('?eventName=bought'), always)
  })

  it('are asked for by a name that can be one', async () => {
    for (const query of [
      '?eventName=',
      `?eventName=${'e'.repeat(201)}`,
      '?eventName=a&eventName=b',
      '?eventName[$ne]=a',
    ])
      assert.equal((await project.call('GET', `/workflows/fields${query}`)).status, 422, query)
  })
})
