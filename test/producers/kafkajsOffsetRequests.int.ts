import assert from 'node:assert/strict'
import { type EngineWorld, openEngineWorld, until } from '../support/engineWorld.js'

describe('the ends of several topics, asked for at once', () => {
  let world: EngineWorld
  before(async function () {
    this.timeout(60_000)
    world = await openEngineWorld()
  })
  after(async function () {
    this.timeout(60_000)
    await world.close()
  })

  it('cost two requests, not two a topic, and are each topic’s own', async () => {
    const { kafka, topology } = world.connections
    await world.publish([{ name: 'signed_up', email: 'ada@example.com' }])
    const admin = kafka.admin()
    await admin.connect()
    // Leaders of topics that were just made may not know it yet; a question that is asked again would count below.
    await until('every partition answers', async () => {
      const questions = topology.all.map(({ name }) => admin.fetchTopicOffsets(name))
      const answers = await Promise.allSettled(questions)
      return answers.every(({ status }) => status === 'fulfilled')
    })
    const asked: string[] = []
    admin.on('admin.network.request', ({ payload }) => asked.push(payload.apiName))
    const ends = await Promise.all(topology.all.map(({ name }) => admin.fetchTopicOffsets(name)))
    await admin.disconnect()
    assert.equal(asked.filter((name) => name === 'ListOffsets').length, 2)
    const totals = ends.map((partitions) => partitions.reduce((sum, { high }) => sum + Number(high), 0))
    // A Timer that names no execution has measured the broker's clock.
    const filled = [topology.contactEvents.name, topology.timers.name]
    assert.deepEqual(
      totals,
      topology.all.map(({ name }) => (filled.includes(name) ? 1 : 0)),
    )
  })
})
