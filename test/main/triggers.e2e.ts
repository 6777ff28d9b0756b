import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { ApiClient } from '../../scripts/apiClient.js'
import { createPublisher, type Publisher } from '../../scripts/demo/publisher.js'
import { until } from '../support/engineWorld.js'
import { type LiveStage, openLiveStage } from '../support/liveStage.js'

const LANES = 8
const TRIALS_EACH = 125

describe('an event that is sent right after a workflow was enabled', () => {
  let stage: LiveStage
  before(async () => {
    stage = await openLiveStage()
  })
  after(() => stage.close())

  it('starts it, a thousand times out of a thousand', async function () {
    // Each trial has a limit of its own.
    this.timeout(900_000)
    const { api } = await stage.start()
    const { id: projectId } = await api.get<{ id: string }>('/project')
    const publisher = await createPublisher(stage.brokers, `${stage.prefix}contact-events`)
    const lanes = Array.from({ length: LANES }, (_, lane) => runLane({ api, publisher, projectId, lane }))
    const started = (await Promise.all(lanes)).flat()
    await publisher.close()
    assert.equal(started.length, LANES * TRIALS_EACH)
    const all = await stage.database.db.collection('executions').countDocuments()
    assert.equal(all, LANES * TRIALS_EACH)
  })

  interface Lane {
    readonly api: ApiClient
    readonly publisher: Publisher
    readonly projectId: string
    readonly lane: number
  }

  /** Enables, publishes at once (over Kafka and over HTTP in turn), waits for the start, disables again. */
  async function runLane({ api, publisher, projectId, lane }: Lane): Promise<string[]> {
    const name = `enabled-${lane}`
    const { id } = await api.post<{ id: string }>('/workflows', { name, eventName: name, allowReentry: true })
    const executions = stage.database.db.collection<{ origin: string[] }>('executions')
    const started: string[] = []
    for (let trial = 0; trial < TRIALS_EACH; trial++) {
      const eventId = randomUUID()
      const event = { eventId, name, email: `${lane}-${trial}@example.com`, data: {} }
      await api.patch(`/workflows/${id}`, { enabled: true })
      if (trial % 2 === 0) await publisher.publish([{ ...event, projectId }])
      else await api.post('/v1/track', { event: name, email: event.email, data: {}, eventId })
      await until(
        `trial ${trial} of lane ${lane} has started`,
        async () => (await executions.countDocuments({ 'origin.1': eventId })) === 1,
        30_000,
      )
      started.push(eventId)
      await api.patch(`/workflows/${id}`, { enabled: false })
    }
    return started
  }
})
