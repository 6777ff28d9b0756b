import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Batch, Verdict } from '../../consumers/batch.js'
import type { EngineDeps } from '../../consumers/deps.js'
import { createStepHandler } from '../../consumers/steps/handler.js'
import { MillraceError } from '../../src/errors.js'
import { DAY_MS } from '../../src/topology.js'
import type { Execution } from '../../src/workflow/execution.js'
import type { StepDue } from '../../src/workflow/messages.js'
import type { Workflow } from '../../src/workflow/workflow.js'
import { ALIVE, Died, depsOf, dyingAt, listening } from '../support/engineDeps.js'
import type { EngineWorld } from '../support/engineWorld.js'
import { type HandDriven, useHandDriven } from '../support/handDriven.js'
import { batchOf, readTopic } from '../support/topicTools.js'
import { LONG_OVER, newEmail, only, start } from '../support/waits.js'

const RETENTION = { shortestRetentionMs: 400 * DAY_MS }

/** Row by row, what a step message does against its document. */
describe('step messages against their documents', () => {
  let world: EngineWorld
  let hand: HandDriven
  useHandDriven((opened, driven) => {
    world = opened
    hand = driven
  })

  /** TRIGGER, two DELAYs that are over, one of a day, EXIT. */
  const given = (): Promise<Workflow> =>
    world.given({
      eventName: `start-${randomUUID()}`,
      steps: [
        ['first', 'DELAY', LONG_OVER],
        ['second', 'DELAY', LONG_OVER],
        ['pause', 'DELAY', { amount: 1, unit: 'days' }],
        ['done', 'EXIT', {}],
      ],
      arrows: [
        ['trigger', 'first'],
        ['first', 'second'],
        ['second', 'pause'],
        ['pause', 'done'],
      ],
    })
  /** An execution at its first step, and the message that moves it. */
  const started = async (): Promise<{ workflow: Workflow; due: StepDue }> => {
    const workflow = await given()
    await start(hand, workflow, newEmail())
    const [message] = hand.pending.splice(0)
    assert.ok(message)
    return { workflow, due: message.due }
  }
  const later = (ms: number) => ({ now: () => new Date(world.connections.clock.now().getTime() + ms) })
  const run = (instead: Partial<EngineDeps>, batch: Batch): Promise<Verdict> =>
    createStepHandler({ deps: depsOf(world, instead), kind: 'DELAY', calls: null, ...RETENTION })(
      batch,
      ALIVE,
    )
  const batch = (dues: readonly StepDue[], place: { from?: number; at?: Date } = {}) =>
    batchOf(
      world.connections.topology.steps.DELAY.name,
      dues.map((due) => JSON.stringify(due)),
      place,
    )
  const moved = ({ seq, state }: Execution) => [seq, state.status, state.kind]
  const letterReasons = async (executionId: string) => {
    const letters = await readTopic(world.connections, world.connections.topology.deadLetters.name)
    const ours = letters.filter(({ value }) => value?.toString().includes(executionId))
    return ours.map(({ headers }) => headers['millrace-reason'])
  }

  it('row 9: moves the document once, then sends what it stands for; equal messages count once', async () => {
    const { workflow, due } = await started()
    const { sent, outbox } = listening(world)
    await run({ outbox }, batch([due, due]))
    assert.deepEqual(moved(await only(world, workflow)), [1, 'RUNNING', 'DELAY'])
    assert.deepEqual(
      sent.flatMap(({ steps }) => steps).map(({ due: next }) => next.seq),
      [1],
    )
  })

  it('row 4: sends again after a crash before sending, by the same member at once', async () => {
    const { workflow, due } = await started()
    let broken = true
    const { sent, outbox } = listening(world)
    const send: EngineDeps['outbox']['send'] = async (outputs) => {
      if (broken) throw new MillraceError('BROKER_AWAY', 'away')
      await outbox.send(outputs)
    }
    const handle = createStepHandler({
      deps: depsOf(world, { outbox: { ...outbox, send } }),
      kind: 'DELAY',
      calls: null,
      ...RETENTION,
    })
    await assert.rejects(handle(batch([due]), ALIVE), /away/)
    assert.equal((await only(world, workflow)).seq, 1)
    broken = false
    assert.deepEqual(await handle(batch([due]), ALIVE), { type: 'done' })
    assert.equal((await only(world, workflow)).seq, 1)
    assert.deepEqual(
      sent.flatMap(({ steps }) => steps).map(({ due: next }) => next.seq),
      [1],
    )
  })

  it('row 4: leaves what another moved a moment ago to the sweeper, and sends what is older again', async () => {
    const { workflow, due } = await started()
    const { outbox: real } = depsOf(world)
    await assert.rejects(run({ outbox: dyingAt(real, 'send') }, batch([due])), Died)
    const young = listening(world)
    await run({ outbox: young.outbox }, batch([due]))
    assert.deepEqual(
      young.sent.flatMap(({ steps }) => steps),
      [],
    )
    const old = listening(world)
    await run({ outbox: old.outbox, clock: later(1_500) }, batch([due]))
    assert.deepEqual(
      old.sent.flatMap(({ steps }) => steps).map(({ due: next }) => next.seq),
      [1],
    )
    assert.equal((await only(world, workflow)).seq, 1)
  })

  it('rows 3, 5 and 7: drops what is stale, has ended or waits', async () => {
    const { workflow, due } = await started()
    await hand.deliver([{ kind: 'DELAY', due }])
    await hand.settle()
    const waiting = await only(world, workflow)
    assert.deepEqual(moved(waiting), [3, 'WAITING', 'DELAY'])
    const { sent, outbox } = listening(world)
    const clock = later(5_000)
    await run({ outbox, clock }, batch([due, { ...due, seq: 1 }, { ...due, seq: 3 }]))
    assert.deepEqual(
      sent.flatMap(({ steps, timers }) => [...steps, ...timers]),
      [],
    )
    assert.deepEqual(moved(await only(world, workflow)), [3, 'WAITING', 'DELAY'])
    await hand.ring({ now: new Date(Date.now() + 2 * DAY_MS), waitsUpTo: new Date() })
    await hand.settle()
    const ended = await only(world, workflow)
    assert.equal(ended.state.status, 'COMPLETED')
    await run({ outbox, clock }, batch([{ ...due, seq: ended.seq }]))
    assert.equal((await only(world, workflow)).seq, ended.seq)
  })

  it('row 8: sends the message that the document asks for where step or version are not the message’s', async () => {
    const { workflow, due } = await started()
    const other = (await started()).workflow
    const strayed = { ...due, workflowId: other.id, stepId: randomUUID() as StepDue['stepId'] }
    const { sent, outbox } = listening(world)
    await run({ outbox }, batch([strayed]))
    assert.deepEqual(
      sent.flatMap(({ steps }) => steps.map((one) => one.due)),
      [due],
    )
    assert.equal((await only(world, workflow)).seq, 0)
  })

  it('row 2: waits 10 s for a document that lags, then parks', async () => {
    const { workflow, due } = await started()
    let shiftMs = 0
    const clock = { now: () => later(shiftMs).now() }
    const options = { kind: 'DELAY', calls: null, ...RETENTION } as const
    const handle = createStepHandler({ deps: depsOf(world, { clock }), ...options })
    const ahead = batch([{ ...due, seq: 7 }])
    assert.equal((await handle(ahead, ALIVE)).type, 'pause')
    shiftMs = 9_000
    assert.equal((await handle(ahead, ALIVE)).type, 'pause')
    assert.deepEqual(await letterReasons(due.executionId), [])
    shiftMs = 11_000
    assert.equal((await handle(ahead, ALIVE)).type, 'done')
    assert.deepEqual(await letterReasons(due.executionId), ['ahead_of_document'])
    assert.equal((await only(world, workflow)).seq, 0)
  })

  it('row 1: without a document drops what is old or of a deleted workflow, and parks the rest', async () => {
    const { due } = await started()
    const stranger = (more: Partial<StepDue> = {}): StepDue => ({
      ...due,
      executionId: randomUUID() as StepDue['executionId'],
      ...more,
    })
    const unknown = stranger()
    await run({}, batch([unknown]))
    assert.deepEqual(await letterReasons(unknown.executionId), ['unknown_execution'])
    const old = stranger()
    await run({}, batch([old], { at: new Date(Date.now() - 401 * DAY_MS) }))
    assert.deepEqual(await letterReasons(old.executionId), [])
    const { id: workflowId } = await given()
    await world.connections.stores.workflows.remove(world.projectId, [workflowId], new Date())
    const orphan = stranger({ workflowId })
    await run({}, batch([orphan]))
    assert.deepEqual(await letterReasons(orphan.executionId), [])
  })
})
