import assert from 'node:assert/strict'
import { createQueues } from '../../src/store/queues.js'

describe('What is done in turn', () => {
  it('goes one by one in the order in which it was asked for, and apart for each name', async () => {
    const inTurn = createQueues()
    const order: string[] = []
    const one = (name: string, label: string) =>
      inTurn(name, async () => {
        order.push(`${label} begins`)
        await new Promise((resolve) => setImmediate(resolve))
        order.push(`${label} ends`)
      })
    await Promise.all([one('a', 'first'), one('a', 'second'), one('a', 'third')])
    assert.deepEqual(
      order,
      ['first', 'second', 'third'].flatMap((label) => [`${label} begins`, `${label} ends`]),
    )
    let release: () => void = () => undefined
    const held = inTurn('a', () => new Promise<void>((resolve) => (release = resolve)))
    await one('b', 'other')
    assert.equal(order.at(-1), 'other ends')
    const last = one('a', 'last')
    release()
    await Promise.all([held, last])
    assert.equal(order.at(-1), 'last ends')
  })

  it('goes on behind what failed', async () => {
    const inTurn = createQueues()
    const failed = inTurn('a', () => Promise.reject(new Error('no')))
    const next = inTurn('a', async () => 'yes')
    await assert.rejects(failed, /no/)
    assert.equal(await next, 'yes')
  })
})
