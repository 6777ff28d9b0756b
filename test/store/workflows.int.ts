import assert from 'node:assert/strict'
import { toUuid } from '../../src/store/mongo/bson.js'
import { createCounts } from '../../src/store/mongo/counts.js'
import { createMongoDefinitions } from '../../src/store/mongo/definitions.js'
import { createMongoProjects } from '../../src/store/mongo/projects.js'
import { createMongoWorkflows, prepareWorkflows } from '../../src/store/mongo/workflows.js'
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
})
