import assert from 'node:assert/strict'
import type { Message } from '../../consumers/batch.js'
import type { Match } from '../../consumers/replay/matchEvents.js'
import { piecesOf, slicesOf } from '../../consumers/replay/slices.js'

const range = (count: number, from = 0) => Array.from({ length: count }, (_, n) => from + n)
const messageAt = (offset: number): Message => ({
  ...{ partition: 0, offset, key: null, value: null, headers: {}, at: new Date(0) },
})
const matchAt = (offset: number) => ({ offset }) as Match

describe('What a replay has fetched', () => {
  it('is cut into pieces that follow on each other, up to its end', () => {
    // Every other offset is a control record, say.
    const messages = range(4_201).map((n) => messageAt(2 * n))
    const pieces = piecesOf(messages, 8_500)
    assert.deepEqual(
      pieces.flatMap((piece) => piece.messages),
      messages,
    )
    assert.deepEqual(
      pieces.map(({ messages: some, upTo }) => [some.length, some[0]?.offset, upTo]),
      [
        [2_000, 0, 4_000],
        [2_000, 4_000, 8_000],
        [201, 8_000, 8_500],
      ],
    )
  })

  it('is one piece where nothing is left of it', () => {
    assert.deepEqual(piecesOf([], 70), [{ messages: [], upTo: 70 }])
  })

  it('is started in slices, each with all that lies before the next', () => {
    const matches = {
      scanned: range(10, 100),
      strangers: [101, 103, 109],
      starting: [102, 104, 105, 107].map(matchAt),
    }
    const slices = slicesOf(matches, 2, 115)
    assert.deepEqual(
      slices.map(({ starting, ...rest }) => ({ ...rest, starting: starting.map(({ offset }) => offset) })),
      [
        { starting: [102, 104], upTo: 105, scanned: 5, strangers: 2 },
        { starting: [105, 107], upTo: 115, scanned: 5, strangers: 1 },
      ],
    )
  })

  it('is passed in one slice where there is nothing to start', () => {
    const matches = { scanned: range(3), strangers: [1], starting: [] }
    for (const size of [0, 50])
      assert.deepEqual(slicesOf(matches, size, 9), [{ starting: [], upTo: 9, scanned: 3, strangers: 1 }])
  })
})
