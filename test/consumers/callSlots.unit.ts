import assert from 'node:assert/strict'
import type { ExecutionId } from '../../src/workflow/ids.js'
import { batch, bench, simulate, some } from '../support/slotBench.js'

const id = (n: number) => `execution-${n}` as ExecutionId

describe('Slots for outside calls', () => {
  it('bounds all calls, counting what other batches have in hand', () => {
    const { slots } = bench(10, 10)
    const first = slots.take(8)
    const second = slots.take(8)
    assert.deepEqual([first?.size, second?.size, slots.take(1)], [8, 2, null])
    second?.close()
    assert.equal(slots.take(5)?.size, 2)
  })

  it('says that slots are free when a batch gives them back and when a call ends', () => {
    const world = bench(2, 2)
    const { releases } = batch(world, 'a', some(2))
    assert.equal(world.slots.underWay(), 2)
    assert.equal(world.freed, 0)
    for (const release of releases) release()
    // The host's slot is free at the answer, the other once the result is recorded.
    assert.equal(world.freed, 4)
    batch(world, 'a', [])
    world.slots.take(1)?.close()
    assert.equal(world.freed, 5)
    assert.equal(world.slots.underWay(), 0)
  })

  it('has as many as the mean of the latest calls allows', () => {
    const world = bench((meanMs) => (meanMs !== null && meanMs > 100 ? 2 : 4), 10)
    assert.equal(world.slots.mostlyFree(), true)
    const { releases } = batch(world, 'a', some(3))
    assert.equal(world.slots.mostlyFree(), false)
    world.now = 500
    for (const release of releases.slice(0, 1)) release()
    assert.equal(world.slots.take(4), null)
    for (const release of releases.slice(1)) release()
    assert.equal(world.slots.take(4)?.size, 2)
  })

  it('names the host that a batch waits for, and says when a good part of its slots is free', () => {
    const world = bench(500, 8)
    const { releases } = batch(world, 'a', some(8))
    const hand = world.slots.take(2)
    hand?.ask(id(101), 'b')
    assert.equal(hand?.waitsFor(), null)
    hand?.ask(id(100), 'a')
    assert.equal(hand?.waitsFor(), null)
    for (const release of releases.slice(0, 1)) release()
    assert.deepEqual(world.slots.roomFor('a'), { free: 1, isGood: false })
    for (const release of releases.slice(1, 2)) release()
    assert.deepEqual(world.slots.roomFor('a'), { free: 2, isGood: true })
    assert.deepEqual(world.slots.roomFor('nobody'), { free: 8, isGood: true })
    const again = world.slots.take(3)
    for (const n of [102, 103, 104]) again?.ask(id(n), 'a')
    assert.equal(again?.waitsFor(), 'a')
  })

  it('gives no slot once it is stopped', () => {
    const { slots } = bench(2, 2)
    slots.stop()
    assert.equal(slots.take(1), null)
  })

  it('gives one execution one slot, however often it is asked in a batch', () => {
    const { slots } = bench(5, 1)
    const hand = slots.take(5)
    assert.equal(hand?.ask(id(1), 'a').type, 'slot')
    assert.equal(hand?.ask(id(1), 'a').type, 'slot')
    assert.notEqual(hand?.ask(id(2), 'a').type, 'slot')
    hand?.close()
    assert.equal(slots.take(1)?.ask(id(2), 'a').type, 'slot')
  })

  it('keeps the batch at a host whose slots come free at once', () => {
    const world = bench(500, 50)
    const { told } = batch(world, 'quick', some(60))
    assert.equal(told.filter(({ type }) => type === 'slot').length, 50)
    assert.equal(told.filter(({ type }) => type === 'here').length, 10)
  })

  it('sends away from a slow host, each a little later, and lets other hosts pass', () => {
    const world = bench(500, 2)
    const first = batch(world, 'slow', some(2))
    world.now = 1_000
    for (const release of first.releases) release()
    const { told } = batch(world, 'slow', some(11, 10))
    const away = told.flatMap((one) => (one.type === 'away' ? one.ms : []))
    assert.deepEqual(away, [1_000, 1_000, 1_000, 1_100, 1_400, 1_800, 2_100, 2_500, 2_800])
    assert.equal(batch(world, 'other', some(1, 50)).told[0]?.type, 'slot')
  })

  it('does not judge a host by the time that a claim waits for its call', () => {
    const world = bench(500, 2)
    const hand = world.slots.take(10)
    for (const one of some(2)) hand?.ask(one, 'quick')
    const kept = some(2).map((one) => hand?.keep(one))
    world.now = 5_000
    assert.equal(hand?.ask(id(9), 'quick').type, 'away')
    const ends = kept.map((one) => one?.begin())
    world.now = 5_002
    for (const end of ends) end?.()
    hand?.close()
    const { told } = batch(world, 'quick', some(4, 20))
    assert.deepEqual(
      told.map(({ type }) => type),
      ['slot', 'slot', 'here', 'here'],
    )
    for (const one of kept) one?.release()
    assert.equal(world.slots.underWay(), 2)
  })

  it('sends nobody away for much longer than it has watched the host', () => {
    const world = bench(20_000, 1)
    batch(world, 'new', some(1))
    world.now = 500
    const early = batch(world, 'new', some(1_000, 100)).told.at(-1)
    assert.equal(early?.type === 'away' && early.ms, 1_400)
  })

  it('takes a silent host for as slow as its silence is long', () => {
    const world = bench(500, 50)
    batch(world, 'silent', some(50))
    world.now = 10_000
    const { told } = batch(world, 'silent', some(100, 100))
    const away = told.flatMap((one) => (one.type === 'away' ? one.ms : []))
    assert.equal(away.length, 100)
    assert.equal(away.at(-1), Math.ceil(99 * 2 * 0.7) * 100)
  })

  it('holds up no batch for a host that was silent while its slots were taken one by one', () => {
    const world = bench(500, 100)
    for (const one of some(100)) {
      batch(world, 'hanging', [one])
      world.now += 50
    }
    assert.equal(batch(world, 'hanging', some(1, 100)).told[0]?.type, 'away')
  })

  it('keeps a fifth of all slots for hosts that answer, however many hang', () => {
    const world = bench(100, 20)
    const ends = batch(world, 'prompt', some(1)).releases
    world.now = 10
    for (const end of ends) end()
    const slotsOf = (host: string, ids: ReturnType<typeof some>) =>
      batch(world, host, ids).told.filter(({ type }) => type === 'slot').length
    const taken = [1, 2, 3, 4, 5].map((n) => slotsOf(`hangs ${n}`, some(20, 100 * n)))
    // The fifth, too, is asked once: it may be one that answers.
    assert.deepEqual(taken, [20, 20, 20, 20, 1])
    assert.equal(batch(world, 'hangs 5', some(1, 900)).told[0]?.type, 'away')
    assert.equal(slotsOf('prompt', some(20, 1_000)), 19)
    world.now = 5_000
    assert.deepEqual([slotsOf('prompt', some(1, 2_000)), world.slots.take(1)], [0, null])
  })

  it('counts calls for as long as their results are not recorded', () => {
    const world = bench(100, 100)
    const hand = world.slots.take(100)
    for (const one of some(80)) hand?.ask(one, 'hangs')
    const ends = some(80).map((one) => hand?.keep(one).begin())
    hand?.close()
    world.now = 10_000
    for (const end of ends) end?.()
    assert.deepEqual(
      batch(world, 'hangs', some(2, 100)).told.map(({ type }) => type),
      ['slot', 'away'],
    )
  })

  it('lets a host that began to hang have no more of the last fifth', () => {
    const world = bench(100, 30)
    const [end] = batch(world, 'was prompt', some(1)).releases
    world.now = 10
    end?.()
    for (const n of [1, 2, 3]) batch(world, `hangs ${n}`, some(30, 100 * n))
    const had = batch(world, 'was prompt', some(5, 500)).told
    assert.deepEqual(new Set(had.map(({ type }) => type)), new Set(['slot']))
    world.now = 2_000
    assert.equal(batch(world, 'was prompt', some(1, 600)).told[0]?.type, 'away')
  })

  it('sends nobody away for longer than five minutes or shorter than a second', () => {
    for (const random of [0, 0.999]) {
      const world = bench(20_000, 1, () => random)
      batch(world, 'silent', some(1))
      world.now = 60_000
      const { told } = batch(world, 'silent', some(10_000, 100))
      for (const one of told) assert.ok(one.type === 'away' && one.ms >= 1_000 && one.ms <= 300_000)
    }
  })

  for (const { calls, hostSlots, callMs, most, within } of [
    { calls: 100_000, hostSlots: 50, callMs: 1_000, most: 8, within: 1.2 },
    { calls: 100_000, hostSlots: 50, callMs: 250, most: 5, within: 1.3 },
    // With few slots one that comes back finds them taken more often.
    { calls: 2_000, hostSlots: 5, callMs: 2_000, most: 7, within: 2.2 },
  ])
    it(`puts each of ${calls} calls of ${callMs} ms to a host with ${hostSlots} slots back ${most} times at most`, () => {
      const { putBacks, tookMs } = simulate({ calls, hostSlots, callMs })
      assert.ok(putBacks / calls <= most, `${putBacks / calls} put-backs each`)
      const leastMs = (calls / hostSlots) * callMs
      assert.ok(tookMs <= leastMs * within, `took ${tookMs} ms, at least ${leastMs}`)
    }).timeout(60_000)
})
