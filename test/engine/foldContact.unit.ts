import assert from 'node:assert/strict'
import { type Folding, fold, startFolding } from '../../src/engine/foldContact.js'
import type { JsonObject } from '../../src/workflow/json.js'
import { anExecution } from '../support/executionValues.js'
import { aContact } from '../support/facts.js'

const contact = aContact({ data: { plan: 'free', city: 'Oslo' } })

const says = (folding: Folding, data: JsonObject, subscribed: boolean | null = null) =>
  fold(folding, { data, subscribed, cause: null })

describe('Folding events into a contact', () => {
  it('starts with the contact as it is and nothing to write', () => {
    assert.deepEqual(startFolding(contact), { contact, set: {}, unset: [], subscribed: null, turns: [] })
  })

  it('shows the contact as it is right after each event, and what to write for all of them', () => {
    const first = says(startFolding(contact), { plan: 'pro', city: null, age: 7 })
    assert.deepEqual(first.contact, { ...contact, data: { plan: 'pro', age: 7 } })
    assert.deepEqual([first.set, first.unset, first.subscribed], [{ plan: 'pro', age: 7 }, ['city'], null])

    const second = says(first, { city: 'Rome', age: null, name: 'Ada' }, false)
    assert.deepEqual(second.contact, {
      ...contact,
      data: { plan: 'pro', city: 'Rome', name: 'Ada' },
      subscribed: false,
    })
    assert.deepEqual(second.set, { plan: 'pro', city: 'Rome', name: 'Ada' })
    assert.deepEqual([second.unset, second.subscribed], [['age'], false])

    const third = says(second, { age: null })
    assert.deepEqual([third.unset, third.subscribed, third.contact.subscribed], [['age'], false, false])
    assert.equal(says(third, {}, true).subscribed, true)
  })

  it('notes every turn of the subscription, and nothing that is no turn', () => {
    const cause = { executionId: anExecution().id, depth: 2 }
    const said = [true, false, false, null, true] as const
    const { turns } = said.reduce(
      (folding, subscribed) => fold(folding, { data: {}, subscribed, cause }),
      startFolding(contact),
    )
    assert.deepEqual(turns, [
      { subscribed: false, cause },
      { subscribed: true, cause },
    ])
  })
})
