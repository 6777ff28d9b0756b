import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { ProgressStore } from '../../src/store/ports/progress.js'

const passed = (...times: [number, number][]) =>
  new Map(times.map(([partition, ms]) => [partition, new Date(ms)]))

export function progressContract(open: () => ProgressStore): void {
  it('knows the latest time of each partition of a topic', async () => {
    const [store, topic] = [open(), randomUUID()]
    await store.note(topic, passed([0, 1_000], [1, 2_000]))
    await store.note(randomUUID(), passed([0, 9_000]))
    assert.deepEqual(
      [...(await store.read(topic))].sort(([a], [b]) => a - b),
      [
        [0, new Date(1_000)],
        [1, new Date(2_000)],
      ],
    )
  })

  it('never goes back', async () => {
    const [store, topic] = [open(), randomUUID()]
    await store.note(topic, passed([0, 2_000]))
    await store.note(topic, passed([0, 1_000], [1, 3_000]))
    await store.note(topic, new Map())
    assert.deepEqual(
      [...(await store.read(topic))].sort(([a], [b]) => a - b),
      [
        [0, new Date(2_000)],
        [1, new Date(3_000)],
      ],
    )
  })

  it('says nothing of a topic that nobody reads', async () => {
    assert.equal((await open().read(randomUUID())).size, 0)
  })
}
