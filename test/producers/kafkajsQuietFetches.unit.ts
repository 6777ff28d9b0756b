import assert from 'node:assert/strict'
import { waitLongerInQuiet } from '../../producers/kafkajsQuietFetches.js'

describe('fetches of kafkajs in quiet', () => {
  const WAIT_MS = 1_000

  function memberThat(answers: (nth: number) => boolean[]) {
    const waits: number[] = []
    const prototype = {
      maxWaitTime: WAIT_MS,
      async fetch(_nodeId: string) {
        waits.push(this.maxWaitTime)
        return answers(waits.length).map((empty) => ({ isEmpty: () => empty }))
      },
    }
    waitLongerInQuiet(prototype)
    return { waits, open: () => Object.create(prototype) as typeof prototype }
  }

  it('wait longer once nothing came for some time, and as before once something comes', async () => {
    const { waits, open } = memberThat((nth) => (nth === 30 ? [true, false] : nth % 2 === 0 ? [true] : []))
    const member = open()
    for (let nth = 0; nth < 32; nth++) await member.fetch('1')
    const long = waits.map((ms) => ms / WAIT_MS)
    assert.deepEqual(long, [...Array(15).fill(1), ...Array(15).fill(2), 1, 1])
  })

  it('of one member say nothing about those of another', async () => {
    const { waits, open } = memberThat(() => [])
    const [quiet, other] = [open(), open()]
    for (let nth = 0; nth < 20; nth++) await quiet.fetch('1')
    await other.fetch('1')
    assert.equal(waits.at(-1), WAIT_MS)
  })
})
