import assert from 'node:assert/strict'
import { createBulkSlots } from '../../consumers/steps/bulkSlots.js'
import type { CallSlots } from '../../consumers/steps/callSlots.js'
import { batch, bench, type SlotBench, some } from '../support/slotBench.js'

const LIMITS = { most: 4, mostPerHost: 2 }

function bulkOf(world: SlotBench): SlotBench {
  const slots: CallSlots = createBulkSlots({
    ...{ ...LIMITS, slots: world.slots, random: () => 0.5 },
    nowMs: () => world.now,
  })
  return {
    slots,
    get now() {
      return world.now
    },
    freed: 0,
  }
}
const types = (told: readonly { type: string }[]) => told.map(({ type }) => type)

describe('Slots for calls of the bulk lane', () => {
  it('are some of all, whoever asks; who finds none comes back by a timer, and nothing stands behind it', () => {
    const world = bench(20, 20)
    const bulk = bulkOf(world)
    const { told } = batch(bulk, 'a', some(2))
    assert.deepEqual(types(told), ['slot', 'slot'])
    assert.deepEqual(types(batch(bulk, 'a', some(2, 2)).told), ['away', 'away'])
    assert.deepEqual(types(batch(bulk, 'b', some(3, 4)).told), ['slot', 'slot', 'away'])
    assert.deepEqual(types(batch(bulk, 'c', some(1, 7)).told), ['away'])
    assert.equal(world.slots.underWay(), 4)
    assert.equal(world.slots.take(20)?.size, 16)
  })

  it('are given back when a call ends, and when a batch did not use them', () => {
    const world = bench(20, 20)
    const bulk = bulkOf(world)
    for (let round = 0; round < 5; round++) {
      const { told, releases } = batch(bulk, 'a', some(2))
      assert.deepEqual(types(told), ['slot', 'slot'])
      world.now += 100
      for (const release of releases) release()
      const hand = bulk.slots.take(2)
      for (const id of some(2)) assert.equal(hand?.ask(id, 'a').type, 'slot')
      hand?.close()
    }
    assert.equal(world.slots.underWay(), 0)
    assert.equal(world.slots.take(100)?.size, 20)
  })

  it('are none while live calls have all, and one execution has one', () => {
    const world = bench(3, 3)
    const bulk = bulkOf(world)
    const live = world.slots.take(3)
    const without = bulk.slots.take(5)
    assert.equal(without?.size, 5)
    assert.deepEqual(types(some(2).map((id) => without?.ask(id, 'a') ?? { type: '' })), ['away', 'away'])
    assert.throws(() => without?.keep(some(1)[0] ?? ('' as never)), /without a slot/)
    without?.close()
    live?.close()
    const hand = bulk.slots.take(5)
    const [first, second] = some(2)
    assert.ok(first !== undefined && second !== undefined)
    assert.equal(hand?.ask(first, null).type, 'slot')
    assert.equal(hand?.ask(first, null), hand?.ask(first, null))
    hand?.keep(first).release()
    assert.equal(hand?.ask(second, null).type, 'slot')
    hand?.close()
    assert.equal(world.slots.take(5)?.size, 3)
  })

  it('leave a call where it is only while its quick host is full of live calls', () => {
    const world = bench(500, 50)
    for (let n = 0; n < 20; n++) {
      const { releases } = batch(world, 'quick', some(50))
      world.now += 10
      for (const release of releases) release()
    }
    batch(world, 'quick', some(50))
    assert.deepEqual(types(batch(bulkOf(world), 'quick', some(1, 50)).told), ['here'])
  })
})
