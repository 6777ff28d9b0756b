import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createMongoExecutionStats } from '../../src/store/mongo/executionStats.js'
import { createMongoExecutions, prepareExecutions } from '../../src/store/mongo/executions.js'
import { createMongoExecutionTrimmer } from '../../src/store/mongo/executionTrim.js'
import { prepareDatabase } from '../../src/store/mongo/stores.js'
import type { Execution } from '../../src/workflow/execution.js'
import type { WorkflowId } from '../../src/workflow/ids.js'
import { openDatabase, type TestDatabase } from '../support/database.js'
import { anEnd, aWaiting, anExecution as like } from '../support/executionValues.js'

const anExecution = (more: Partial<Execution>) =>
  like({ id: randomUUID() as string as Execution['id'], ...more })

const DAY_MS = 86_400_000
const now = new Date('2026-06-01T00:00:00.000Z')
const daysAgo = (days: number) => new Date(now.getTime() - days * DAY_MS)

describe('retention in MongoDB', () => {
  let database: TestDatabase
  before(async () => {
    database = await openDatabase()
    await prepareDatabase(database.db, 400)
  })
  after(() => database.drop())

  it('removes what ended before, of every workflow, and nothing else', async () => {
    const { db } = database
    const store = createMongoExecutions(db, { now: () => now })
    const workflows = ['a', 'b', 'c'].map((n) => `0000000${n}-0000-8000-8000-000000000000` as WorkflowId)
    const ended = (
      workflowId: WorkflowId | undefined,
      days: number,
      status: 'COMPLETED' | 'FAILED' = 'COMPLETED',
    ) =>
      anExecution({
        ...(workflowId === undefined ? {} : { workflowId }),
        state: anEnd(status, { completedAt: daysAgo(days) }),
      })
    const old = workflows.flatMap((id) => [ended(id, 11), ended(id, 30), ended(id, 99, 'FAILED')])
    const kept: Execution[] = [
      ...workflows.map((id) => ended(id, 9)),
      anExecution({ workflowId: workflows[0] as WorkflowId, state: aWaiting({ dueAt: daysAgo(50) }) }),
    ]
    await store.insert([...old, ...kept])
    assert.equal(await createMongoExecutionTrimmer(db).trim(daysAgo(10)), old.length)
    const left = await store.read([...old, ...kept].map(({ id }) => id))
    assert.deepEqual(left.map(({ id }) => id).sort(), kept.map(({ id }) => id).sort())
    assert.equal(await createMongoExecutionTrimmer(db).trim(daysAgo(10)), 0)
  })

  it('keeps the numbers of what ended well', async () => {
    const { db } = database
    const store = createMongoExecutions(db, { now: () => now })
    const workflowId = '0000000d-0000-8000-8000-000000000000' as WorkflowId
    const [one, ...more] = [20, 30, 5].map((days) =>
      anExecution({ workflowId, state: anEnd('COMPLETED', { completedAt: daysAgo(days) }) }),
    )
    await store.insert([one as Execution, ...more])
    await createMongoExecutionTrimmer(db).trim(daysAgo(10))
    const stats = await createMongoExecutionStats(db, { now: () => now }).of(
      (one as Execution).projectId,
      workflowId,
    )
    assert.equal(stats.byStatus.COMPLETED, 3)
  })

  it('takes another time for a collection that has one', async () => {
    const { db } = database
    const timeOf = async (collection: string) =>
      (await db.collection(collection).indexes()).flatMap((index) => index.expireAfterSeconds ?? [])
    await prepareDatabase(db, 30)
    for (const name of ['events', 'messages', 'formerAddresses'])
      assert.deepEqual(await timeOf(name), [30 * 86_400], name)
    await prepareDatabase(db, 31)
    assert.deepEqual(await timeOf('events'), [31 * 86_400])
    await prepareExecutions(db)
  })
})
