import assert from 'node:assert/strict'
import { subscriptionEvents } from '../../src/engine/subscriptionEvents.js'
import { anExecution, NOW } from '../support/executionValues.js'
import { aContact } from '../support/facts.js'

describe('The events of changed subscriptions', () => {
  const contact = aContact({ version: 3 })
  const turns = [true, false, true].map((subscribed) => ({ subscribed, cause: null }))

  it('are named by what the contact became', () => {
    const cause = { executionId: anExecution().id, depth: 1 }
    const [event, ...others] = subscriptionEvents(contact, [{ subscribed: false, cause }], NOW)
    assert.ok(event)
    const { eventId, ...rest } = event
    assert.deepEqual(others, [])
    assert.deepEqual(rest, {
      projectId: contact.projectId,
      contactId: contact.id,
      email: contact.email,
      name: 'contact.unsubscribed',
      data: {},
      occurredAt: NOW,
      cause,
    })
    assert.ok(eventId)
    const names = subscriptionEvents(contact, turns, NOW).map(({ name }) => name)
    assert.deepEqual(names, ['contact.subscribed', 'contact.unsubscribed', 'contact.subscribed'])
  })

  it('are the same for the same change of the same contact, and no others', () => {
    const idsOf = (version: number) =>
      subscriptionEvents({ ...contact, version }, turns, NOW).map(({ eventId }) => eventId)
    assert.deepEqual(idsOf(3), idsOf(3))
    assert.equal(new Set([...idsOf(3), ...idsOf(4)]).size, 6)
  })
})
