import assert from 'node:assert/strict'
import { dueOf, type Execution } from '../../src/workflow/execution.js'
import type { StepTopic } from '../../src/workflow/stepTopic.js'
import { aMoving, anEnd, anEntry, aWaiting, NOW, stepId, THEN } from '../support/executionValues.js'
import { given, type OpenExecutions, until } from './executionsContract.js'

const ALL = { partitions: 1, owned: [0] }
const after = (at: Date, ms: number) => new Date(at.getTime() + ms)
const idsOf = (executions: readonly Pick<Execution, 'id'>[]) => executions.map(({ id }) => id)
const lease = { token: 't', until }
const wait = { names: ['clicked'], since: 'step', checked: true } as const

/** What is found by time and share. `open` gives an empty store every time. */
export function clockContract(open: OpenExecutions): void {
  const now = new Date('2026-06-01T00:00:00.000Z')
  const ago = (ms: number) => after(now, -ms)

  it('finds what is due, oldest first: waits as far as events were handled, the rest by now', async () => {
    const store = open()
    const sleeping = (dueAt: Date, more: Partial<Execution> = {}) =>
      given(store, { state: aWaiting({ dueAt }), ...more })
    const replayed: Partial<Execution> = {
      history: [anEntry(0), anEntry(1, { asOf: THEN })],
      lane: 'bulk',
      trace: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
      owed: [{ kind: 'fact' }],
    }
    const waits = (dueAt: Date) => given(store, { state: aWaiting({ dueAt, wait }) })
    const [late, onTime] = [await sleeping(ago(5), replayed), await sleeping(now)]
    await sleeping(after(now, 1))
    const lost = await given(store, {
      state: aMoving({ lease: { token: 't', until: ago(9) }, dueAt: ago(9) }),
    })
    const [timedOut, unsure] = [await waits(ago(7)), await waits(ago(6))]
    await given(store)
    await given(store, { state: aWaiting({ wait }) })
    await given(store, { state: anEnd('COMPLETED') })
    const upTo = { now, waitsUpTo: ago(7) }
    const found = await store.due(ALL, upTo, 10)
    assert.deepEqual(found, [lost, timedOut, late, onTime].map(dueOf))
    assert.deepEqual(found[2]?.asOf, THEN)
    assert.deepEqual(idsOf(await store.due(ALL, { ...upTo, from: ago(5) }, 10)), idsOf([late, onTime]))
    assert.deepEqual(idsOf(await store.due(ALL, upTo, 2)), idsOf([lost, timedOut]))
    const caughtUp = { now, waitsUpTo: after(now, 1_000) }
    assert.deepEqual(idsOf(await store.due(ALL, caughtUp, 10)), idsOf([lost, timedOut, unsure, late, onTime]))
    const nothingHandled = { now, waitsUpTo: new Date(0) }
    assert.deepEqual(idsOf(await store.due(ALL, nothingHandled, 10)), idsOf([lost, late, onTime]))
    assert.deepEqual(await store.nextDue(ALL, upTo), ago(6))
    assert.deepEqual(await store.nextDue(ALL, caughtUp), after(now, 1))
    assert.equal(await store.nextDue(ALL, { now: after(now, 1), waitsUpTo: now }), null)
    assert.equal(await store.overdue(ALL, now), 5)
    assert.equal(await store.overdue(ALL, ago(6)), 3)
    await given(store, { state: aWaiting({ dueAt: ago(9) }), touchedAt: ago(5) })
    assert.equal(await store.overdue(ALL, ago(6)), 3)
    assert.equal(await store.overdue(ALL, ago(5)), 5)
  })

  it('gives each owner its share, and all of them everything', async () => {
    const store = open()
    const executions = await Promise.all(
      Array.from({ length: 30 }, () =>
        given(store, { state: aWaiting({ dueAt: ago(1) }), touchedAt: THEN, owed: [{ kind: 'fact' }] }),
      ),
    )
    const upTo = { now, waitsUpTo: now }
    for (const owned of [[0, 2], [1], []]) {
      const own = executions.filter(({ keyHash }) => owned.includes(keyHash % 3))
      const share = { partitions: 3, owned }
      assert.deepEqual(new Set(idsOf(await store.due(share, upTo, 100))), new Set(idsOf(own)))
      assert.equal(await store.overdue(share, now), own.length)
      assert.deepEqual(new Set(idsOf(await store.stale('DELAY', share, now, 100))), new Set(idsOf(own)))
      assert.deepEqual(
        await store.nextDue(share, { now: ago(9), waitsUpTo: ago(9) }),
        own.length > 0 ? ago(1) : null,
      )
    }
  })

  it('finds what nobody moves: without a lease, an unchecked wait, or something owed', async () => {
    const store = open()
    const old = { touchedAt: THEN }
    const owed = [{ kind: 'fact' }] as const
    const unchecked = aWaiting({ wait: { ...wait, checked: false } })
    const found = [
      await given(store, { ...old, state: aMoving({ status: 'PENDING' }) }),
      await given(store, { ...old, state: aMoving() }),
      await given(store, { ...old, state: unchecked }),
      await given(store, { ...old, state: aWaiting({ dueAt: until }), owed }),
      await given(store, {
        ...old,
        state: anEnd('CANCELLED', { currentStepId: stepId(1), kind: 'DELAY' }),
        owed,
      }),
    ]
    await given(store, { touchedAt: now })
    await given(store, { ...old, state: aMoving({ lease, dueAt: until }) })
    await given(store, { ...old, state: aWaiting({ dueAt: until, wait }) })
    await given(store, { ...old, state: anEnd('CANCELLED') })
    await given(store, { ...old, state: aMoving({ kind: 'CONDITION' }) })
    assert.deepEqual(new Set(idsOf(await store.stale('DELAY', ALL, now, 10))), new Set(idsOf(found)))
    assert.equal((await store.stale('DELAY', ALL, now, 2)).length, 2)
    assert.deepEqual(await store.stale('DELAY', ALL, THEN, 10), [])
  })

  it('leaves what is bulk to the owner of its lane, at whatever step it is', async () => {
    const store = open()
    const bulk = { touchedAt: THEN, lane: 'bulk' } as const
    const delay = await given(store, { ...bulk })
    const condition = await given(store, { ...bulk, state: aMoving({ kind: 'CONDITION' }) })
    const ended = await given(store, { ...bulk, state: anEnd('COMPLETED'), owed: [{ kind: 'fact' }] })
    await given(store, { ...bulk, state: anEnd('COMPLETED') })
    await given(store, { ...bulk, touchedAt: now })
    const live = await given(store, { touchedAt: THEN })
    const of = async (which: StepTopic) => new Set(idsOf(await store.stale(which, ALL, now, 10)))
    assert.deepEqual(await of('BULK'), new Set(idsOf([delay, condition, ended])))
    assert.deepEqual(await of('DELAY'), new Set([live.id]))
    assert.deepEqual(await of('EXIT'), new Set())
    assert.equal((await store.stale('BULK', ALL, now, 2)).length, 2)
  })

  it('leaves what ended at no step to the owner of EXIT', async () => {
    const store = open()
    const ended = await given(store, { touchedAt: THEN, state: anEnd('COMPLETED'), owed: [{ kind: 'fact' }] })
    const exit = await given(store, { touchedAt: THEN, state: aMoving({ kind: 'EXIT' }) })
    assert.deepEqual(new Set(idsOf(await store.stale('EXIT', ALL, now, 10))), new Set(idsOf([ended, exit])))
  })

  it('stops looking after what was settled or paid', async () => {
    const store = open()
    const owed = [{ kind: 'fact' }] as const
    const paid = await given(store, { touchedAt: THEN, state: anEnd('COMPLETED', { kind: 'DELAY' }), owed })
    const cancelled = await given(store, {
      touchedAt: THEN,
      state: anEnd('CANCELLED', { kind: 'DELAY', lease }),
      owed,
    })
    const moving = await given(store, { touchedAt: THEN, owed })
    const unchecked = await given(store, {
      touchedAt: THEN,
      state: aWaiting({ wait: { ...wait, checked: false } }),
      owed,
    })
    await store.clearOwed([paid, cancelled, moving, unchecked])
    const left = async () => new Set(idsOf(await store.stale('DELAY', ALL, now, 10)))
    assert.deepEqual(await left(), new Set(idsOf([moving, unchecked])))
    await store.settleWaits([unchecked])
    const later = after(NOW, 1)
    assert.deepEqual(new Set(idsOf(await store.stale('DELAY', ALL, later, 10))), new Set([moving.id]))
  })

  it('goes on looking after a wait that was settled while it owes', async () => {
    const store = open()
    const owed = [{ kind: 'fact' }] as const
    const owing = await given(store, {
      touchedAt: THEN,
      state: aWaiting({ wait: { ...wait, checked: false } }),
      owed,
    })
    await store.settleWaits([owing])
    assert.deepEqual(idsOf(await store.stale('DELAY', ALL, now, 10)), [owing.id])
  })
}
