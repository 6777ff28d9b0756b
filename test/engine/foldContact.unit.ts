import assert from 'node:assert/strict'
import { fold, startFolding } from '../../src/engine/foldContact.js'
import { aContact } from '../support/facts.js'

const contact = aContact({ data: { plan: 'free', city: 'Oslo' } })

describe('Folding events into a contact', () => {
  it('starts with the contact as it is and nothing to write', () => {
    assert.deepEqual(startFolding(contact), { contact, set: {}, unset: [], subscribed: null })
  })

  it('shows the contact as it is right after each event, and what to write for all of them', () => {
    const first = fold(startFolding(contact), { plan: 'pro', city: null, age: 7 }, null)
    assert.deepEqual(first.contact, { ...contact, data: { plan: 'pro', age: 7 } })
    assert.deepEqual([first.set, first.unset, first.subscribed], [{ plan: 'pro', age: 7 }, ['city'], null])

    const second = fold(first, { city: 'Rome', age: null, name: 'Ada' }, false)
    assert.deepEqual(second.contact, {
      ...contact,
      data: { plan: 'pro', city: 'Rome', name: 'Ada' },
      subscribed: false,
    })
    assert.deepEqual(second.set, { plan: 'pro', city: 'Rome', name: 'Ada' })
    assert.deepEqual([second.unset, second.subscribed], [['age'], false])

    const third = fold(second, { age: null }, null)
    assert.deepEqual([third.unset, third.subscribed, third.contact.subscribed], [['age'], false, false])
    assert.equal(fold(third, {}, true).subscribed, true)
  })
})
