import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { toUuid } from '../../src/store/mongo/bson.js'
import { createCounts } from '../../src/store/mongo/counts.js'
import { createMongoDefinitions } from '../../src/store/mongo/definitions.js'
import { EXECUTIONS, prepareExecutions } from '../../src/store/mongo/executions.js'
import { createMongoProjects } from '../../src/store/mongo/projects.js'
import { createMongoWorkflows, prepareWorkflows } from '../../src/store/mongo/workflows.js'
import type { WorkflowId } from '../../src/workflow/ids.js'
import { openDatabase, type TestDatabase } from '../support/database.js'
import { NOW } from '../support/workflowValues.js'
import { definitionsContract } from './definitionsContract.js'
import { type WorkflowStores, workflowsContract } from './workflowsContract.js'

describe('workflows in MongoDB', () => {
  let database: TestDatabase
  before(async () => {
    database = await openDatabase()
    await prepareWorkflows(database.db)
  })
  after(() => database.drop())

  const open = (): WorkflowStores => {
    const { db } = database
    return {
      workflows: createMongoWorkflows(db),
      definitions: createMongoDefinitions(db),
      newProject: async () => (await createMongoProjects(db).create('p', NOW)).id,
      run: async ({ id, projectId }, status) => {
        const execution = { workflowId: toUuid(id), projectId: toUuid(projectId), mode: 'live', status }
        await db.collection('executions').insertOne(execution)
      },
    }
  }
  workflowsContract(open)
  definitionsContract(open)

  it('are found, sorted and counted by indexes', async () => {
    const workflows = database.db.collection('workflows')
    const projectId = toUuid('7c5bd9c6-6f0e-4d3a-9c0e-2f0f6f2f5a11')
    for (const sort of ['name', 'createdAt', 'updatedAt'])
      for (const direction of [1, -1] as const) {
        const plan = await workflows
          .find({ projectId })
          .sort({ [sort]: direction, _id: direction })
          .explain()
        const text = JSON.stringify(plan['queryPlanner'].winningPlan)
        assert.match(text, /IXSCAN/, sort)
        assert.doesNotMatch(text, /"SORT"|COLLSCAN/, sort)
      }
    for (const filter of [
      { projectId, enabled: true },
      { projectId, templateIds: projectId },
    ]) {
      const text = JSON.stringify((await workflows.find(filter).explain())['queryPlanner'].winningPlan)
      assert.doesNotMatch(text, /COLLSCAN/)
    }
  })

  it('are counted exactly to 10,000, and beyond at most 10 s old', async () => {
    const collection = database.db.collection<{ group: string }>('counted')
    let nowMs = 0
    const counts = createCounts(() => nowMs)
    const add = (times: number) =>
      collection.insertMany(
        Array.from({ length: times }, () => ({ group: 'a' })),
        { ordered: false },
      )
    await add(10_000)
    assert.equal(await counts.count(collection, { group: 'a' }), 10_000)
    await add(1)
    assert.equal(await counts.count(collection, { group: 'a' }), 10_001)
    await add(1)
    assert.equal(await counts.count(collection, { group: 'a' }), 10_001)
    nowMs = 10_000
    assert.equal(await counts.count(collection, { group: 'a' }), 10_002)
    assert.equal(await counts.count(collection, { group: 'b' }), 0)
  })

  describe('with their executions', () => {
    let db: TestDatabase['db']
    let ids: readonly WorkflowId[]
    before(async () => {
      db = database.db
      await prepareExecutions(db)
      ids = Array.from({ length: 4 }, () => randomUUID() as string as WorkflowId)
      await db.collection('workflows').insertMany(ids.map((id) => ({ _id: toUuid(id) as never, name: id })))
    })
    const run = async (id: WorkflowId | undefined, status: string, times: number, mode = 'live') => {
      const of = { workflowId: toUuid(id ?? ''), mode, status }
      const many = Array.from({ length: times }, () => ({ ...of }))
      await db.collection(EXECUTIONS).insertMany(many, { ordered: false })
    }

    it('are counted exactly to 10,000 too, all of a page in one call', async () => {
      let nowMs = 0
      const counts = createCounts(() => nowMs)
      const all = async () => [...(await counts.executions(db, ids))].sort().map(([, one]) => one)
      const expected = (...pairs: [number, number][]) =>
        new Map(pairs.map(([executions, active], at) => [ids[at], { executions, active }]))
      const sorted = (map: ReturnType<typeof expected>) => [...map].sort().map(([, one]) => one)
      await run(ids[0], 'WAITING', 3)
      await run(ids[0], 'FAILED', 2)
      await run(ids[0], 'WAITING', 7, 'test')
      await run(ids[1], 'RUNNING', 4_000)
      await run(ids[1], 'COMPLETED', 6_000)
      await run(ids[2], 'PENDING', 1)
      assert.deepEqual(await all(), sorted(expected([5, 3], [10_000, 4_000], [1, 1], [0, 0])))
      await db.command({ profile: 2 })
      await all()
      await db.command({ profile: 0 })
      assert.equal(await db.collection('system.profile').countDocuments({ ns: /executions$|workflows$/ }), 1)
      await run(ids[1], 'WAITING', 1)
      assert.deepEqual(await all(), sorted(expected([5, 3], [10_001, 4_001], [1, 1], [0, 0])))
      await run(ids[1], 'WAITING', 1)
      await run(ids[0], 'WAITING', 1)
      assert.deepEqual(await all(), sorted(expected([6, 4], [10_001, 4_002], [1, 1], [0, 0])))
      nowMs = 10_000
      assert.deepEqual(await all(), sorted(expected([6, 4], [10_002, 4_002], [1, 1], [0, 0])))
    })

    it('are counted by the index alone', async () => {
      const counts = createCounts(() => 0)
      await db.command({ profile: 2 })
      await counts.executions(db, ids)
      await db.command({ profile: 0 })
      const profile = db.collection<{ docsExamined: number; keysExamined: number }>('system.profile')
      const [call] = await profile
        .find({ ns: /workflows$/ })
        .sort({ ts: -1 })
        .toArray()
      assert.ok(call !== undefined && call.keysExamined > 10_000)
      assert.equal(call.docsExamined, 0)
    })
  })
})
