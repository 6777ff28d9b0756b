import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { EngineDeps } from '../../consumers/deps.js'
import { createSweeper } from '../../consumers/sweeper.js'
import type { Scheduler } from '../../src/store/ports/clock.js'
import { isEnded } from '../../src/workflow/execution.js'
import type { Workflow } from '../../src/workflow/workflow.js'
import { Died, depsOf, dyingAt, listening } from '../support/engineDeps.js'
import type { EngineWorld } from '../support/engineWorld.js'
import { type HandDriven, useHandDriven } from '../support/handDriven.js'
import { readTopic } from '../support/topicTools.js'
import { newEmail, only, reasonOf, start } from '../support/waits.js'

const ALL = { partitions: 1, owned: [0] }
const GRACE_MS = 30_000
/** Turns of the clock are the test's own. */
const never: Scheduler = { after: () => () => undefined }

describe('the sweeper', () => {
  let world: EngineWorld
  let hand: HandDriven
  useHandDriven((opened, driven) => {
    world = opened
    hand = driven
  })

  const given = (): Promise<Workflow> =>
    world.given({
      eventName: `start-${randomUUID()}`,
      steps: [
        ['first', 'UPDATE_CONTACT', { data: { seen: true } }],
        ['wait', 'WAIT_FOR_EVENT', { eventName: 'clicked' }],
        ['done', 'EXIT', { reason: 'done' }],
      ],
      arrows: [
        ['trigger', 'first'],
        ['first', 'wait'],
        ['wait', 'done'],
      ],
    })
  const later = (ms: number) => new Date(world.connections.clock.now().getTime() + ms)
  /** One sweep when step topics were handled up to `watermark`; what it sent. */
  const sweep = async (watermark: Date | null, instead: Partial<EngineDeps> = {}, input = watermark) => {
    const { sent, outbox } = listening(world)
    const sweeper = createSweeper({
      deps: depsOf(world, { outbox, scheduler: never, ...instead }),
      share: () => ALL,
      handledUpTo: () => watermark,
      inputHandledUpTo: async () => input ?? new Date(0),
      sweepsContacts: () => watermark !== null,
      everyMs: 1_000,
      graceMs: GRACE_MS,
    })
    await sweeper.sweep()
    await sweeper.stop()
    return sent
  }
  const stepsOf = (sent: Awaited<ReturnType<typeof sweep>>) => sent.flatMap(({ steps }) => steps)

  it('is silent while its topic has a backlog, or nobody knows how far it is', async () => {
    await start(hand, await given(), newEmail())
    assert.deepEqual(stepsOf(await sweep(null)), [])
    assert.deepEqual(stepsOf(await sweep(later(-60_000))), [])
    assert.deepEqual(stepsOf(await sweep(later(GRACE_MS - 5_000))), [])
  })

  it('sends a step again whose message was lost, once a grace', async () => {
    const workflow = await given()
    await start(hand, workflow, newEmail())
    hand.pending.splice(0)
    const ours = (sent: Awaited<ReturnType<typeof sweep>>) =>
      stepsOf(sent).filter(({ due }) => due.workflowId === workflow.id)
    const [again, ...others] = ours(await sweep(later(GRACE_MS + 1_000)))
    assert.ok(again)
    assert.deepEqual(others, [])
    assert.deepEqual(ours(await sweep(later(GRACE_MS - 5_000))), [])
    await hand.deliver([again])
    assert.equal((await only(world, workflow)).seq, 1)
  })

  it('leaves what an event starts to its event, until the input was handled up to there', async () => {
    const workflow = await given()
    await start(hand, workflow, newEmail())
    const ours = async (input: Date) => {
      const sent = await sweep(later(GRACE_MS + 1_000), {}, input)
      return stepsOf(sent).filter(({ due }) => due.workflowId === workflow.id).length
    }
    assert.equal(await ours(later(GRACE_MS - 5_000)), 0)
    assert.equal(await ours(later(GRACE_MS + 1_000)), 1)
  })

  it('looks back for a wait that nobody looked back for', async () => {
    const [workflow, email] = [await given(), newEmail()]
    await start(hand, workflow, email)
    await hand.deliver(hand.pending.splice(0))
    await hand.events([{ name: 'clicked', email }])
    const { events } = depsOf(world)
    await assert.rejects(hand.deliver(hand.pending.splice(0), { events: dyingAt(events, 'find') }), Died)
    await sweep(later(GRACE_MS + 1_000))
    assert.equal(reasonOf(await only(world, workflow)), 'done')
  })

  it('fails what was sent twenty times and nobody handled', async () => {
    const workflow = await given()
    await start(hand, workflow, newEmail())
    for (let turn = 1; turn <= 20; turn++) {
      assert.equal((await only(world, workflow)).state.status, 'PENDING', `${turn}`)
      await sweep(later(GRACE_MS + 1_000))
    }
    const { state } = await only(world, workflow)
    assert.equal(state.status, 'FAILED')
    assert.equal(isEnded(state) && state.error?.code, 'NOT_HANDLED')
  })

  it('sends what a contact owes after a crash, once, and clears it', async () => {
    const email = newEmail()
    await hand.events([{ name: 'x', email }])
    const { outbox } = depsOf(world)
    const unsubscribed = hand.events([{ name: 'x', email, subscribed: false }], undefined, {
      outbox: dyingAt(outbox, 'send'),
    })
    await assert.rejects(unsubscribed, Died)
    const owedNow = async () =>
      (await readTopic(world.connections, world.inputTopic)).filter(
        ({ key, value }) => key === email && value?.includes('contact.unsubscribed'),
      ).length
    await sweep(later(0))
    assert.equal(await owedNow(), 0)
    const clock = { now: () => later(GRACE_MS + 1_000) }
    for (let turn = 0; turn < 2; turn++) await sweep(later(0), { clock })
    assert.equal(await owedNow(), 1)
  })
})
