import assert from 'node:assert/strict'
import { subscriptionEvent } from '../../src/engine/subscriptionEvent.js'
import { anExecution, NOW } from '../support/executionValues.js'
import { aContact } from '../support/facts.js'

describe('The event of a changed subscription', () => {
  const contact = aContact({ version: 3 })

  it('is named by what the contact is now', () => {
    const cause = { executionId: anExecution().id, depth: 1 }
    const { eventId, ...event } = subscriptionEvent(contact, false, NOW, cause)
    assert.deepEqual(event, {
      projectId: contact.projectId,
      contactId: contact.id,
      email: contact.email,
      name: 'contact.unsubscribed',
      data: {},
      occurredAt: NOW,
      cause,
    })
    assert.ok(eventId)
    assert.equal(subscriptionEvent(contact, true, NOW, null).name, 'contact.subscribed')
  })

  it('is the same event for the same change of the same contact', () => {
    const idOf = (version: number) => subscriptionEvent({ ...contact, version }, true, NOW, null).eventId
    assert.equal(idOf(3), idOf(3))
    assert.notEqual(idOf(3), idOf(4))
  })
})
