import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createContactEventsHandler } from '../../consumers/contactEvents/handler.js'
import type { EngineDeps } from '../../consumers/deps.js'
import { createStepHandler } from '../../consumers/steps/handler.js'
import { DAY_MS } from '../../src/topology.js'
import type { StepDue } from '../../src/workflow/messages.js'
import type { Workflow } from '../../src/workflow/workflow.js'
import { ALIVE, depsOf } from '../support/engineDeps.js'
import type { EngineWorld } from '../support/engineWorld.js'
import { type HandDriven, useHandDriven } from '../support/handDriven.js'
import { batchOf, readTopic } from '../support/topicTools.js'
import { newEmail, only, start } from '../support/waits.js'

const RETENTION = { shortestRetentionMs: 400 * DAY_MS }

describe('What partitions of a topic bring in one turn', () => {
  let world: EngineWorld
  let hand: HandDriven
  useHandDriven((opened, driven) => {
    world = opened
    hand = driven
  })

  const given = (): Promise<Workflow> =>
    world.given({
      eventName: `start-${randomUUID()}`,
      steps: [['pause', 'DELAY', { amount: 1, unit: 'days' }]],
      arrows: [['trigger', 'pause']],
    })
  /** Counts the documents of each call. */
  const counting = () => {
    const moved: number[] = []
    const inserted: number[] = []
    const { executions } = depsOf(world)
    const counted: EngineDeps['executions'] = {
      ...executions,
      transition: (groups, by) => {
        moved.push(groups.reduce((sum, { ids }) => sum + ids.length, 0))
        return executions.transition(groups, by)
      },
      insert: (documents) => {
        inserted.push(documents.length)
        return executions.insert(documents)
      },
    }
    return { moved, inserted, deps: depsOf(world, { executions: counted }) }
  }

  it('moves with one write; each partition hears of its own', async () => {
    const workflows = [await given(), await given()]
    const dues: StepDue[] = []
    for (const workflow of workflows) {
      await start(hand, workflow, newEmail())
      dues.push(...hand.pending.splice(0).map(({ due }) => due))
    }
    const [first, second] = dues
    assert.ok(first && second)
    const { moved, deps } = counting()
    const handle = createStepHandler({ deps, kind: 'DELAY', calls: null, ...RETENTION })
    const { name } = world.connections.topology.steps.DELAY
    const [mine, ahead] = [first, { ...second, seq: 7 }].map((due, partition) =>
      handle(batchOf(name, [JSON.stringify(due)], { partition }), ALIVE),
    )
    assert.deepEqual([(await mine)?.type, (await ahead)?.type], ['done', 'pause'])
    assert.deepEqual(moved, [2])
    const standing = await Promise.all(workflows.map((workflow) => only(world, workflow)))
    assert.deepEqual(
      standing.map(({ seq, state }) => [seq, state.status]),
      [
        [1, 'WAITING'],
        [0, 'PENDING'],
      ],
    )
  })

  it('moves nothing twice that two partitions bring after more were added', async () => {
    const workflow = await given()
    await start(hand, workflow, newEmail())
    const [value] = hand.pending.splice(0).map(({ due }) => JSON.stringify(due))
    assert.ok(value)
    const { moved, deps } = counting()
    const handle = createStepHandler({ deps, kind: 'DELAY', calls: null, ...RETENTION })
    const { name } = world.connections.topology.steps.DELAY
    const verdicts = await Promise.all(
      [0, 1].map((partition) => handle(batchOf(name, [value], { partition }), ALIVE)),
    )
    assert.deepEqual(verdicts, [{ type: 'done' }, { type: 'done' }])
    assert.deepEqual(moved, [1])
    assert.equal((await only(world, workflow)).seq, 1)
  })

  it('starts with one write; what is parked names its own place', async () => {
    const workflow = await given()
    const { eventName: name } = workflow.triggerConfig
    const { projectId } = world
    const event = (more: object) => JSON.stringify({ eventId: randomUUID(), projectId, name, ...more })
    const nobody = randomUUID()
    const { inserted, deps } = counting()
    const handle = createContactEventsHandler({ deps, ...RETENTION })
    const values = [
      [event({ email: newEmail() })],
      [event({ contactId: nobody }), event({ email: newEmail() })],
    ]
    await Promise.all(
      values.map((list, partition) =>
        handle(batchOf(world.inputTopic, list, { partition, from: 900 }), ALIVE),
      ),
    )
    assert.deepEqual(inserted, [2])
    assert.equal((await world.executions(workflow)).length, 2)
    const letters = await readTopic(world.connections, world.connections.topology.deadLetters.name)
    const [letter, ...others] = letters.filter(({ value }) => value?.toString().includes(nobody))
    assert.equal(others.length, 0)
    const place = ['partition', 'offset'].map((part) => letter?.headers[`millrace-${part}`])
    assert.deepEqual(place, ['1', '900'])
  })

  it('folds each event of a contact in once, also where two partitions have some of it', async () => {
    const { projectId } = world
    const email = newEmail()
    const handle = createContactEventsHandler({ deps: depsOf(world), ...RETENTION })
    const began = Date.now()
    const one = (partition: number, from: number, ms: number, data: object) => {
      const value = JSON.stringify({ eventId: randomUUID(), projectId, name: 'seen', email, data })
      return batchOf(world.inputTopic, [value], { partition, from, at: new Date(began + ms) })
    }
    const [first, other] = [one(0, 5, 0, { a: 1 }), one(1, 900, 1_000, { plan: 'old' })]
    await Promise.all([handle(first, ALIVE), handle(other, ALIVE)])
    // It was appended before the other partition's, and fetched later.
    await handle(one(0, 6, 500, { b: 1 }), ALIVE)
    await Promise.all([
      handle(one(0, 7, 2_000, { c: 1 }), ALIVE),
      handle(one(1, 901, 2_000, { plan: 'new' }), ALIVE),
    ])
    await Promise.all([handle(first, ALIVE), handle(other, ALIVE)])
    const [contact] = await depsOf(world).contacts.findOrCreate(
      [{ projectId, email }],
      new Date(),
      () => null,
    )
    assert.deepEqual(contact?.data, { a: 1, plan: 'new', b: 1, c: 1 })
    assert.deepEqual(Object.keys(contact?.folded ?? {}).sort(), ['0', '1'])
  })
})
