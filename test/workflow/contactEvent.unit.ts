import assert from 'node:assert/strict'
import { normalEmail } from '../../src/workflow/contact.js'
import {
  canonicalName,
  compareOrder,
  eventRecordId,
  isReservedName,
  type Order,
} from '../../src/workflow/contactEvent.js'
import type { ContactId, ProjectId } from '../../src/workflow/ids.js'

describe("A contact's event", () => {
  it('is identified by project, contact and event id', () => {
    const id = (project: string, contact: string, event: string) =>
      eventRecordId(project as ProjectId, contact as ContactId, event)
    assert.equal(id('p', 'c', 'e'), id('p', 'c', 'e'))
    assert.equal(
      new Set([id('p', 'c', 'e'), id('q', 'c', 'e'), id('p', 'd', 'e'), id('p', 'c', 'f')]).size,
      4,
    )
  })

  it('comes in the order of broker time, partition, offset', () => {
    const order = (ms: number, partition: number, offset: number): Order => ({
      at: new Date(ms),
      partition,
      offset,
    })
    const sorted = [order(1, 1, 1), order(1, 1, 2), order(1, 2, 0), order(2, 0, 0)]
    assert.deepEqual([...sorted].reverse().sort(compareOrder), sorted)
    assert.equal(compareOrder(order(1, 1, 1), order(1, 1, 1)), 0)
  })

  it('has one name, whatever alias it came by', () => {
    const names = ['click', 'open', 'delivery', 'bounce'].map((name) => canonicalName(`email.${name}`))
    assert.deepEqual(names, ['email.clicked', 'email.opened', 'email.delivered', 'email.bounced'])
    assert.equal(canonicalName('email.clicked'), 'email.clicked')
    assert.equal(canonicalName('constructor'), 'constructor')
  })

  it('may have a name that only the engine sends', () => {
    for (const name of ['email.clicked', 'email.', 'contact.subscribed', 'contact.unsubscribed'])
      assert.ok(isReservedName(name))
    for (const name of ['signed_up', 'email', 'contact.updated', 'my.email.clicked'])
      assert.ok(!isReservedName(name))
  })

  it('names its contact by an address in one form', () => {
    assert.equal(normalEmail('  Ada@Example.ORG\n'), 'ada@example.org')
  })
})
