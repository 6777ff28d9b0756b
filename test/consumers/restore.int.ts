import assert from 'node:assert/strict'
import { rewindGroup } from '../../producers/rewind.js'
import { standingOf, stepDueOf } from '../../src/engine/outputs.js'
import type { EngineEvents } from '../../src/events.js'
import { toUuid } from '../../src/store/mongo/bson.js'
import { type Execution, isEnded } from '../../src/workflow/execution.js'
import type { Workflow } from '../../src/workflow/workflow.js'
import { type EngineWorld, openEngineWorld, until } from '../support/engineWorld.js'

const names = (letter: string) => Array.from({ length: 8 }, (_, n) => `${letter}${n}@example.com`)
const COMPLETE = { timeout: 120_000 }

/** The runbook of docs/operations.md, step by step. */
describe('a MongoDB restored to an earlier time', function () {
  this.timeout(COMPLETE.timeout)
  let world: EngineWorld
  let workflow: Workflow
  const parked: EngineEvents['messages.parked'][] = []
  before(async () => {
    world = await openEngineWorld({ SWEEP_EVERY_MS: '300', SWEEP_GRACE_MS: '500' })
    world.announcer.on('messages.parked', (one) => parked.push(one))
    workflow = await world.given({
      eventName: 'signed_up',
      steps: [
        ['mark', 'UPDATE_CONTACT', { data: { seen: true } }],
        ['nap', 'DELAY', { amount: 4, unit: 'seconds' }],
        ['click', 'WAIT_FOR_EVENT', { eventName: 'clicked', timeout: 3_600, since: 'start' }],
        ['clicked', 'EXIT', { reason: 'clicked' }],
        ['quiet', 'EXIT', { reason: 'quiet' }],
      ],
      arrows: [
        ['trigger', 'mark'],
        ['mark', 'nap'],
        ['nap', 'click'],
        ['click', 'clicked', { branch: 'event' }],
        ['click', 'quiet', { branch: 'timeout' }],
      ],
    })
  })
  after(async () => {
    await world.database.db.client.db(`${world.database.db.databaseName}_copy`).dropDatabase()
    await world.close()
  })

  const publish = (name: string, emails: readonly string[]) =>
    world.publish(emails.map((email) => ({ eventId: `${name}-${email}`, name, email })))
  const standing = async (holds: (execution: Execution) => boolean) =>
    (await world.executions(workflow)).filter(holds).length
  const naps = ({ state }: Execution) => state.status === 'WAITING' && state.kind === 'DELAY'
  const waits = ({ state }: Execution) => state.status === 'WAITING' && state.kind === 'WAIT_FOR_EVENT'
  const ended = ({ state }: Execution) => isEnded(state)

  /** Copies every collection, as a backup of one moment does. */
  async function copy(from: string, to: string): Promise<void> {
    const { client } = world.database.db
    for (const { name } of await client.db(from).listCollections().toArray()) {
      await client.db(to).collection(name).deleteMany({})
      const into = { into: { db: to, coll: name } }
      await client
        .db(from)
        .collection(name)
        .aggregate([{ $merge: into }])
        .toArray()
    }
  }

  /** One whose StepDue was handled before the restore: only its document tells where it stands. */
  async function takeToItsStart(execution: Execution): Promise<void> {
    const [mark] = workflow.steps.filter(({ key }) => key === 'mark')
    const [at] = await world.database.db
      .collection('executions')
      .find({ currentStepId: { $exists: true } })
      .toArray()
    assert.ok(mark !== undefined && at !== undefined)
    await world.database.db.collection('executions').updateOne({ _id: at._id }, [
      {
        $set: {
          status: 'PENDING',
          seq: 0,
          kind: 'UPDATE_CONTACT',
          unsettled: true,
          currentStepId: { $literal: toUuid(mark.id) },
        },
      },
      { $set: { history: { $slice: ['$history', 1] } } },
      { $unset: ['dueAt', 'wait'] },
    ])
    assert.ok(execution.seq > 0)
  }

  it('strands nothing, loses no event, and starts nothing twice', async () => {
    const { db } = world.database
    const backup = `${db.databaseName}_copy`
    const engine = await world.startEngine()
    await publish('signed_up', names('a'))
    await until('the first ones sleep', async () => (await standing(naps)) === 8)
    const takenAt = world.connections.clock.now()
    await copy(db.databaseName, backup)

    await publish('signed_up', names('b'))
    await until('all wait for a click', async () => (await standing(waits)) === 16)
    await publish('clicked', names('a'))
    await until('the first ones have ended', async () => (await standing(ended)) === 8)
    const ahead = (await world.executions(workflow)).filter(waits)
    const before = new Set((await world.executions(workflow)).map(({ id }) => id))
    await assert.rejects(rewind(takenAt), /stop every engine first/)
    await engine.stop()

    await copy(backup, db.databaseName)
    const [first] = await world.executions(workflow)
    assert.equal(await standing(naps), 8)
    await takeToItsStart(first as Execution)
    await sendAhead(ahead[0] as Execution)
    await rewind(takenAt)

    await world.startEngine()
    await until('those after the backup are there again', async () => (await standing(() => true)) === 16)
    await until('the clicks that were lost count', async () => (await standing(ended)) === 8, 60_000)
    await publish('clicked', names('b'))
    await until('all ended', async () => (await standing(ended)) === 16, 60_000)

    const all = await world.executions(workflow)
    assert.deepEqual(new Set(all.map(({ id }) => id)), before)
    assert.ok(all.every(({ state }) => isEnded(state) && state.exitReason === 'clicked'))
    await until('the message ahead of its document is parked', () => parked.length > 0, 30_000)
    const harmless = new Set(['ahead_of_document', 'unknown_execution'])
    assert.deepEqual(
      parked.filter(({ reason }) => !harmless.has(reason)),
      [],
    )
  })

  /** A message of the time that the database has forgotten. */
  async function sendAhead(execution: Execution): Promise<void> {
    const moving = { status: 'RUNNING', lease: null, dueAt: null, tries: 0 } as const
    const { currentStepId, kind, enteredAt } = execution.state
    assert.ok(currentStepId !== null && kind !== null && enteredAt !== null)
    const state = { ...moving, currentStepId, kind, enteredAt }
    const step = stepDueOf({ ...standingOf(execution), seq: execution.seq + 7, state })
    assert.ok(step !== null)
    await world.connections.outbox.send({ facts: [], events: [], timers: [], steps: [step] })
  }

  async function rewind(to: Date): Promise<void> {
    const options = {
      kafka: world.connections.kafka,
      brokers: (process.env['KAFKA_BROKERS'] ?? '').split(','),
      patienceMs: 10_000,
      topic: world.inputTopic,
    }
    await rewindGroup({ ...options, to: new Date(to.getTime() - 1_000) })
  }
})
