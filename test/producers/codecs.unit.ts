import assert from 'node:assert/strict'
import { compress } from 'snappyjs'
import { READERS } from '../../producers/kafkajsCodecs.js'
import { type JavaCodec, javaBatch } from '../support/javaBatches.js'

const CODECS: readonly (readonly [JavaCodec, keyof typeof READERS])[] = [
  ['snappy', 2],
  ['lz4', 3],
  ['zstd', 4],
]

describe('compressed batches', () => {
  for (const [name, number] of CODECS) {
    it(`are read as the Java producer wrote them: ${name}`, async () => {
      const text = (await READERS[number].decompress(javaBatch(name))).toString('latin1')
      for (let n = 0; n < 12; n++)
        assert.ok(
          text.includes(`{"n":${n},"text":"line ${n} of the same words, and the same words"}`),
          `${n}`,
        )
    })
  }

  it('are read in many blocks of snappy, and in one without a head', async () => {
    const blocks = ['one', 'two', 'three'].map((text) => compress(Buffer.from(text.repeat(9_000))))
    const head = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1])
    const framed = blocks.flatMap((block) => {
      const length = Buffer.alloc(4)
      length.writeInt32BE(block.length)
      return [length, block]
    })
    const whole = ['one', 'two', 'three'].map((text) => text.repeat(9_000)).join('')
    assert.equal((await READERS[2].decompress(Buffer.concat([head, ...framed]))).toString(), whole)
    assert.equal((await READERS[2].decompress(compress(Buffer.from(whole)))).toString(), whole)
  })

  it('that are broken are refused, not guessed', async () => {
    for (const number of [2, 3, 4] as const)
      await assert.rejects(async () => READERS[number].decompress(Buffer.from('no such bytes')))
  })
})
