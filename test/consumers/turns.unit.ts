import assert from 'node:assert/strict'
import { createTurns } from '../../consumers/steps/turns.js'

describe('Turns', () => {
  it('go one by one in the order in which they were asked for, and apart for each name', async () => {
    const turns = createTurns()
    const order: string[] = []
    const one = async (name: string, label: string) => {
      const end = await turns.take(name)
      order.push(`${label} begins`)
      await new Promise((resolve) => setImmediate(resolve))
      order.push(`${label} ends`)
      end()
    }
    await Promise.all([one('a', 'first'), one('a', 'second'), one('a', 'third')])
    assert.deepEqual(
      order,
      ['first', 'second', 'third'].flatMap((label) => [`${label} begins`, `${label} ends`]),
    )
    const held = await turns.take('a')
    await one('b', 'other')
    assert.equal(order.at(-1), 'other ends')
    held()
    await one('a', 'last')
  })
})
