import assert from 'node:assert/strict'
import { createPublisher } from '../../scripts/demo/publisher.js'
import { makeWorkflow } from '../../scripts/workflows.js'
import { type WebhookSink, webhookSink } from '../support/effectWorld.js'
import { until } from '../support/engineWorld.js'
import { type LiveStage, openLiveStage } from '../support/liveStage.js'

const CALLS = 200
const SLOTS = 20

describe('Webhooks through a kill of the process', function () {
  this.timeout(180_000)
  let sink: WebhookSink
  let stage: LiveStage
  before(async () => {
    sink = await webhookSink((request) => setTimeout(() => request.answer(200), 50))
    const slots = String(SLOTS)
    stage = await openLiveStage({ WEBHOOK_ALLOW: sink.pair, EFFECT_SLOTS: slots, WEBHOOK_HOST_SLOTS: slots })
  })
  after(async () => {
    await stage.close()
    await sink.close()
  })

  it('all arrive, repeats are no more than were under way and carry the same identity', async () => {
    const first = await stage.start()
    const hook = { type: 'WEBHOOK', config: { url: sink.url, timeoutSeconds: 1 } }
    const plan = { name: 'crash', eventName: 'go', steps: { hook }, arrows: [['trigger', 'hook']] } as const
    const workflow = await makeWorkflow(first.api, plan)
    const { id: projectId } = await first.api.get<{ id: string }>('/project')
    const publisher = await createPublisher(stage.brokers, `${stage.prefix}contact-events`)
    const events = Array.from({ length: CALLS }, (_, n) => ({
      eventId: `e${n}`,
      projectId,
      name: 'go',
      email: `c${n}@example.com`,
      data: { n },
    }))
    await publisher.publish(events)
    await publisher.close()
    await until('a third is there', () => sink.received.length >= CALLS / 3)
    first.signal('SIGKILL')
    await first.exited
    const second = await stage.start()
    const completed = async () => {
      const stats = await second.api.get<{ byStatus: Record<string, number> }>(
        `/workflows/${workflow.id}/stats`,
      )
      return stats.byStatus['COMPLETED'] === CALLS
    }
    await until('all have ended', completed, 120_000)
    const byContact = new Map<string, Set<string>>()
    for (const { body, headers } of sink.received) {
      const { contact } = JSON.parse(body) as { contact: { email: string } }
      const ids = byContact.get(contact.email) ?? new Set()
      byContact.set(contact.email, ids.add(headers['webhook-id'] ?? ''))
    }
    assert.equal(byContact.size, CALLS)
    for (const [email, ids] of byContact) assert.equal(ids.size, 1, email)
    const repeats = sink.received.length - CALLS
    assert.ok(repeats <= SLOTS, `${repeats} repeats of at most ${SLOTS} under way`)
  })
})
