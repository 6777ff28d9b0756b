import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { compress as snappy } from 'snappyjs'
import { READERS } from '../../producers/kafkajsCodecs.js'
import { kafkajs } from '../../producers/kafkajsCures.js'
import { isEnded } from '../../src/workflow/execution.js'
import { type EngineWorld, openEngineWorld, until } from '../support/engineWorld.js'

/** A frame whose blocks are stored as they are: what every reader of zstd must take. */
function zstd(bytes: Uint8Array): Buffer {
  const size = Buffer.alloc(4)
  size.writeUInt32LE(bytes.length)
  const header = Buffer.alloc(3)
  // The last block, raw.
  header.writeUIntLE((bytes.length << 3) | 1, 0, 3)
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0]), size, header, bytes])
}

/** The same for lz4; a block of it holds 64 KiB. */
function lz4(bytes: Uint8Array): Buffer {
  const size = Buffer.alloc(4)
  size.writeUInt32LE((bytes.length | 0x80000000) >>> 0)
  const header = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82])
  return Buffer.concat([header, size, bytes, Buffer.alloc(4)])
}

const WRITERS: Readonly<Record<keyof typeof READERS, (bytes: Buffer) => Uint8Array>> = {
  2: (bytes) => snappy(bytes),
  3: lz4,
  4: zstd,
}

describe('events that other producers compressed', () => {
  let world: EngineWorld
  before(async function () {
    this.timeout(60_000)
    world = await openEngineWorld()
    for (const codec of [2, 3, 4] as const) {
      const compress = async ({ buffer }: { buffer: Buffer }) => Buffer.from(WRITERS[codec](buffer))
      Object.assign(kafkajs.CompressionCodecs, { [codec]: () => ({ ...READERS[codec], compress }) })
    }
    await world.startEngine()
  })
  after(async function () {
    this.timeout(60_000)
    for (const codec of [2, 3, 4] as const)
      Object.assign(kafkajs.CompressionCodecs, { [codec]: () => READERS[codec] })
    await world.close()
  })

  for (const [name, compression] of [
    ['gzip', kafkajs.CompressionTypes.GZIP],
    ['snappy', kafkajs.CompressionTypes.Snappy],
    ['lz4', kafkajs.CompressionTypes.LZ4],
    ['zstd', kafkajs.CompressionTypes.ZSTD],
  ] as const) {
    it(`start their workflows: ${name}`, async () => {
      const eventName = `by-${name}`
      const workflow = await world.given({
        eventName,
        steps: [['done', 'EXIT', {}]],
        arrows: [['trigger', 'done']],
      })
      const producer = world.connections.kafka.producer({ allowAutoTopicCreation: false })
      await producer.connect()
      const messages = Array.from({ length: 50 }, (_, n) => {
        const email = `${name}${n}@example.com`
        const event = { projectId: world.projectId, name: eventName, email, eventId: randomUUID() }
        return { key: email, value: JSON.stringify(event) }
      })
      await producer.send({ topic: world.inputTopic, messages, compression })
      await producer.disconnect()
      await until('all have ended', async () => {
        const all = await world.executions(workflow)
        return all.filter(({ state }) => isEnded(state)).length === 50
      })
      assert.deepEqual(world.announced, [])
    })
  }
})
