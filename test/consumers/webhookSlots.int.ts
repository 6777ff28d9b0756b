import assert from 'node:assert/strict'
import type { Execution } from '../../src/workflow/execution.js'
import { bulkDocuments, sendSteps } from '../support/bulkStarts.js'
import { endedOnes, type Received, type WebhookSink, webhookSink } from '../support/effectWorld.js'
import { type EngineWorld, openEngineWorld, until } from '../support/engineWorld.js'

const HOST_SLOTS = 10
const SLOTS = 60
const SLOW = 60
const QUICK = 100
const SLOW_MS = 1_500

/** Most requests at a time. */
interface Crowd {
  now: number
  most: number
}

function serve(crowds: readonly Crowd[], ms: number): (request: Received) => void {
  return (request) => {
    for (const crowd of crowds) crowd.most = Math.max(crowd.most, ++crowd.now)
    setTimeout(() => {
      for (const crowd of crowds) crowd.now--
      request.answer(200)
    }, ms)
  }
}

describe('WEBHOOK slots on the real engine', function () {
  this.timeout(120_000)
  let world: EngineWorld
  let slow: WebhookSink
  let quick: WebhookSink
  let replayed: WebhookSink
  const [all, atSlow, atReplayed] = [
    { now: 0, most: 0 },
    { now: 0, most: 0 },
    { now: 0, most: 0 },
  ]

  before(async () => {
    slow = await webhookSink(serve([all, atSlow], SLOW_MS))
    quick = await webhookSink(serve([all], 1))
    replayed = await webhookSink(serve([all, atReplayed], SLOW_MS))
    world = await openEngineWorld({
      WEBHOOK_ALLOW: `${slow.pair},${quick.pair},${replayed.pair}`,
      WEBHOOK_HOST_SLOTS: String(HOST_SLOTS),
      EFFECT_SLOTS: String(SLOTS),
    })
  })
  after(async () => {
    await world.close()
    await slow.close()
    await quick.close()
    await replayed.close()
  })

  it('calls a slow host within its bound, each once, and holds up nobody else', async () => {
    const workflow = await world.given({
      eventName: 'call',
      steps: [['hook', 'WEBHOOK', { url: 'http://{{ event.host }}/' }]],
      arrows: [['trigger', 'hook']],
    })
    const calls = [...Array(SLOW).fill(slow.pair), ...Array(QUICK).fill(quick.pair)]
    await world.publish(
      calls.map((host, index) => ({ name: 'call', email: `c${index}@example.com`, data: { host } })),
    )
    await world.startEngine()
    const executions = await endedOnes(world, workflow, SLOW + QUICK)
    assert.equal(slow.received.length, SLOW)
    assert.equal(quick.received.length, QUICK)
    const ids = [...slow.received, ...quick.received].map(({ headers }) => headers['webhook-id'])
    assert.equal(new Set(ids).size, SLOW + QUICK)
    assert.ok(atSlow.most <= HOST_SLOTS, `${atSlow.most} at the slow host`)
    assert.ok(all.most <= SLOTS, `${all.most} at a time`)
    // The slow ones stand in front of the quick ones, so first come, first served would be the other way round.
    assert.ok(medianOf(quick) < medianOf(slow), 'quick calls waited for slow ones')
    const putBacks = executions.map(putBacksOf)
    assert.ok(Math.max(...putBacks) > 0)
    assert.ok(Math.max(...putBacks) <= 10, `${Math.max(...putBacks)} put-backs of one`)
    assert.ok(executions.every(({ history }) => history.at(-1)?.attempts === 1))
    assert.deepEqual(world.announced, [])
  })

  it('lets calls of a replay have a quarter of them, and nothing of its lane stand behind its calls', async () => {
    const CALLS = 12
    const calling = await world.given({
      eventName: 'never called',
      steps: [['hook', 'WEBHOOK', { url: `http://${replayed.pair}/` }]],
      arrows: [['trigger', 'hook']],
    })
    const pure = await world.given({
      eventName: 'never told',
      steps: [['bye', 'EXIT', { reason: 'done' }]],
      arrows: [['trigger', 'bye']],
    })
    await sendSteps(world, await bulkDocuments(world, calling, CALLS, 'send'))
    await until('it is called', () => replayed.received.length > 0)
    await sendSteps(world, await bulkDocuments(world, pure, 50))
    await endedOnes(world, pure, 50)
    assert.ok(replayed.received.length < CALLS, 'all calls were made before')
    const executions = await endedOnes(world, calling, CALLS)
    assert.equal(new Set(replayed.received.map(({ headers }) => headers['webhook-id'])).size, CALLS)
    assert.equal(replayed.received.length, CALLS)
    assert.ok(atReplayed.most <= HOST_SLOTS / 4, `${atReplayed.most} at a time`)
    assert.ok(executions.every(({ state }) => state.status === 'COMPLETED'))
    assert.deepEqual(world.announced, [])
  })
})

function medianOf({ received }: WebhookSink): number {
  const times = received.map(({ at }) => at).sort((a, b) => a - b)
  return times[times.length >> 1] ?? 0
}

/** Claim and result are a transition each; a put-back is two more: it waits, then runs again. */
function putBacksOf({ seq }: Execution): number {
  return (seq - FIRST_SEQ - 2) / 2
}

const FIRST_SEQ = 0
