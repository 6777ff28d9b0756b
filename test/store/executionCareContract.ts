import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Execution } from '../../src/workflow/execution.js'
import type { ContactId } from '../../src/workflow/ids.js'
import { aMoving, anEnd, anEntry, aWaiting, NOW, stepId, THEN } from '../support/executionValues.js'
import { given, newExecution, type OpenExecutions, readOne, until } from './executionsContract.js'

const idsOf = (executions: readonly Execution[]) => executions.map(({ id }) => id)
const lease = { token: 't', until }
const wait = { names: ['clicked'], since: 'step', checked: true } as const

/** Waits, and the owed: writes that are no transitions. Each test has documents of its own. */
export function careContract(open: OpenExecutions): void {
  it('marks waits as looked back at where they still stand', async () => {
    const store = open()
    const unchecked = {
      state: aWaiting({ dueAt: until, wait: { ...wait, checked: false } }),
      touchedAt: THEN,
    }
    const [one, moved, sleeping] = [
      await given(store, unchecked),
      await given(store, unchecked),
      await given(store, { state: aWaiting() }),
    ]
    await store.settleWaits([one, { ...moved, seq: moved.seq - 1 }, sleeping])
    assert.deepEqual((await readOne(store, one)).state, aWaiting({ dueAt: until, wait }))
    assert.deepEqual((await readOne(store, one)).touchedAt, NOW)
    assert.deepEqual(await readOne(store, moved), moved)
    assert.deepEqual(await readOne(store, sleeping), sleeping)
    await store.settleWaits([])
  })

  it('finds who waits for one of these names', async () => {
    const store = open()
    const contactId = randomUUID() as string as ContactId
    const waits = (names: readonly string[], checked = true) => ({
      contactId,
      state: aWaiting({ wait: { ...wait, names, checked } }),
    })
    const one = await given(store, waits(['a', 'b']))
    const two = await given(store, waits(['c'], false))
    await given(store, { contactId, state: aWaiting({ dueAt: until }) })
    await given(store, { contactId })
    await given(store, { state: aWaiting({ wait: { ...wait, names: ['a'] } }) })
    assert.deepEqual(idsOf(await store.waitingFor([contactId], ['b', 'x'])), [one.id])
    assert.deepEqual(
      new Set(idsOf(await store.waitingFor([contactId], ['a', 'c']))),
      new Set([one.id, two.id]),
    )
    for (const [contacts, names] of [
      [[contactId], ['x']],
      [[], ['a']],
      [[contactId], []],
      [[newExecution().contactId], ['a']],
    ] as const)
      assert.deepEqual(await store.waitingFor(contacts, names), [])
  })

  it('touches what still stands, and counts', async () => {
    const store = open()
    const [one, moved] = [await given(store), await given(store)]
    await store.touch([one, { ...moved, seq: 0 }])
    await store.touch([one])
    assert.deepEqual(await readOne(store, one), { ...one, touches: 2, touchedAt: NOW })
    assert.deepEqual(await readOne(store, moved), moved)
    await store.touch([])
  })

  it('clears what is owed where it still stands', async () => {
    const store = open()
    const owed = [{ kind: 'fact' }] as const
    const [one, moved] = [await given(store, { owed }), await given(store, { owed })]
    await store.clearOwed([one, { ...moved, seq: 0 }])
    assert.deepEqual(await readOne(store, one), { ...one, owed: [] })
    assert.deepEqual(await readOne(store, moved), moved)
    await store.clearOwed([])
  })

  it('notes the result of a call that was cancelled, once, and nothing moves', async () => {
    const store = open()
    const cancelled = { state: anEnd('CANCELLED', { currentStepId: stepId(1), kind: 'WEBHOOK', lease }) }
    const execution = await given(store, cancelled)
    const entry = anEntry(1, { output: { $odd: 1 } })
    assert.equal(await store.noteLateResult(execution.id, 'other', entry), false)
    assert.equal(await store.noteLateResult(execution.id, 't', entry), true)
    assert.equal(await store.noteLateResult(execution.id, 't', entry), false)
    const state = { ...cancelled.state, lease: null }
    assert.deepEqual(await readOne(store, execution), {
      ...execution,
      state,
      history: [...execution.history, entry],
    })
    const active = await given(store, { state: aMoving({ lease, dueAt: until }) })
    assert.equal(await store.noteLateResult(active.id, 't', entry), false)
    assert.equal(await store.noteLateResult(newExecution().id, 't', entry), false)
  })
}
