import assert from 'node:assert/strict'
import { toUuid } from '../../src/store/mongo/bson.js'
import { createMongoExecutionDirectory } from '../../src/store/mongo/executionDirectory.js'
import { createMongoExecutionStats } from '../../src/store/mongo/executionStats.js'
import { createMongoExecutions, EXECUTIONS, prepareExecutions } from '../../src/store/mongo/executions.js'
import type { ContactId, ProjectId } from '../../src/workflow/ids.js'
import { openDatabase, type TestDatabase } from '../support/database.js'
import { aMoving, anEnd, anEntry, anExecution, aWaiting, NOW, THEN } from '../support/executionValues.js'
import { aChange, expectOf, newExecution } from './executionsContract.js'

const FILLERS = 2_000
const clock = { now: () => NOW }
const share = { partitions: 6, owned: [1, 4] }
const { projectId, workflowId, contactId } = anExecution()

interface Plan {
  readonly planSummary?: string
  readonly docsExamined?: number
  readonly keysExamined?: number
  readonly hasSortStage?: boolean
}

/** The server's own profile of what the stores really send, beside many executions that nobody asks for. */
/** Index of the sweeper's question. */
const STALE = 'lane: 1, kind: 1, touchedAt: 1'

describe('queries for executions', () => {
  let database: TestDatabase
  let plans: (ask: () => Promise<unknown>) => Promise<Plan[]>
  before(async () => {
    database = await openDatabase()
    const { db } = database
    await prepareExecutions(db)
    const ended = Array.from({ length: FILLERS }, () =>
      newExecution({ state: anEnd('COMPLETED'), workflowId: projectId as string as typeof workflowId }),
    )
    await createMongoExecutions(db, clock).insert(ended)
    await db
      .collection('workflows')
      .insertOne({ _id: toUuid(workflowId) as never, projectId: toUuid(projectId), steps: [] })
    plans = async (ask) => {
      await db.command({ profile: 2 })
      await ask()
      await db.command({ profile: 0 })
      const ns = `${db.databaseName}.${EXECUTIONS}`
      const profile = db.collection<Plan & { ns: string }>('system.profile')
      const found = await profile.find({ ns, planSummary: { $exists: true } }).toArray()
      await profile.drop()
      return found
    }
  })
  after(() => database.drop())
  const store = () => createMongoExecutions(database.db, clock)
  const directory = () => createMongoExecutionDirectory(database.db)
  const near = (scan: number) => createMongoExecutionDirectory(database.db, { scan })
  const rare = { after: null, limit: 1, statuses: ['CANCELLED'] } as const
  const page = { workflowId, skip: 0, limit: 20 }
  const walk = { after: { startedAt: NOW, id: newExecution().id }, limit: 20 }
  const upTo = { now: NOW, waitsUpTo: THEN }
  const one = newExecution()
  const moved = { ids: [one.id], expect: expectOf(one), change: aChange({ entries: [anEntry(1)] }) }

  const asked: [string, string, () => Promise<unknown>][] = [
    ['read', '_id', () => store().read([one.id])],
    ['what a key started', 'origin.1: 1', () => directory().startedBy(projectId, workflowId, 'key')],
    ['transition', '_id', () => store().transition([moved], 'by')],
    ['settleWaits', '_id', () => store().settleWaits([one])],
    ['touch', '_id', () => store().touch([one])],
    ['clearOwed', '_id', () => store().clearOwed([one])],
    ['noteLateResult', '_id', () => store().noteLateResult(one.id, 't', anEntry(1))],
    ['waitingFor', 'contactId: 1, wait.names: 1', () => store().waitingFor([contactId], ['a', 'b'])],
    ['due', 'dueAt: 1, keyHash: 1', () => store().due(share, upTo, 100)],
    ['nextDue', 'dueAt: 1, keyHash: 1', () => store().nextDue(share, upTo)],
    ['stale', STALE, () => store().stale('DELAY', share, NOW, 100)],
    ['stale at no step', STALE, () => store().stale('EXIT', share, NOW, 100)],
    ['stale in the bulk lane', STALE, () => store().stale('BULK', share, NOW, 100)],
    ['a page', 'status: 1', () => directory().page(projectId, { ...page, statuses: null, contactId: null })],
    [
      'a page of one status',
      'status: 1',
      () => directory().page(projectId, { ...page, statuses: ['FAILED'], contactId: null }),
    ],
    [
      'a page of several',
      'status: 1',
      () => directory().page(projectId, { ...page, statuses: ['FAILED', 'WAITING'], contactId: null }),
    ],
    [
      'a page of a contact',
      'contactId: 1, startedAt: -1',
      () => directory().page(projectId, { ...page, statuses: null, contactId }),
    ],
    [
      'a walk',
      'projectId: 1',
      () => directory().walk(projectId, { ...walk, workflowId: null, statuses: null, contactId: null }),
    ],
    [
      'a walk of a status over all workflows',
      'projectId: 1',
      () => near(50).walk(projectId, { ...walk, workflowId: null, statuses: ['FAILED'], contactId: null }),
    ],
    [
      'a walk of a rare status',
      'status: 1',
      () => near(1).walk(projectId, { ...rare, workflowId: null, contactId: null }),
    ],
    [
      'a walk of a status',
      'status: 1',
      () => directory().walk(projectId, { ...walk, workflowId, statuses: ['FAILED'], contactId: null }),
    ],
    [
      'a walk of a contact',
      'contactId: 1, startedAt: -1',
      () => directory().walk(projectId, { ...walk, workflowId: null, statuses: null, contactId }),
    ],
    ['one', '_id', () => directory().get(projectId, workflowId, one.id)],
    [
      'what is active',
      'status: 1',
      () => directory().active(projectId, { workflowId, startedUpTo: NOW, after: walk.after, limit: 10 }),
    ],
    [
      'what a contact is in',
      'contactId: 1, startedAt: -1',
      () => directory().activeOf(projectId, contactId, 10),
    ],
    ['forget', 'contactId: 1', () => directory().forget(projectId, contactId)],
    ['erase', '_id', () => directory().erase(projectId, workflowId, 10)],
    [
      'stats',
      'workflowId: 1',
      () => createMongoExecutionStats(database.db, clock, { least: 1, most: 10 }).of(projectId, workflowId),
    ],
  ]
  for (const [what, index, ask] of asked)
    it(`find ${what} by an index`, async () => {
      await fill()
      const found = await plans(ask)
      assert.ok(found.length > 0)
      for (const { planSummary, docsExamined = 0, keysExamined = 0, hasSortStage = false } of found) {
        assert.match(planSummary ?? '', /^(IXSCAN|COUNT_SCAN|IDHACK)/)
        assert.equal(hasSortStage, false)
        assert.ok(
          docsExamined + keysExamined < FILLERS / 4,
          `${docsExamined} documents, ${keysExamined} keys`,
        )
      }
      assert.ok(
        found.some(({ planSummary = '' }) => planSummary.includes(index) || planSummary === 'IDHACK'),
        JSON.stringify(found.map(({ planSummary }) => planSummary)),
      )
    })

  /** Something to be found. */
  const fill = async () => {
    await database.db.collection(EXECUTIONS).deleteMany({ workflowId: toUuid(workflowId) })
    const states = [aMoving(), aWaiting({ dueAt: THEN }), anEnd('FAILED'), anEnd('COMPLETED')]
    const wait = { names: ['a'], since: 'step', checked: false } as const
    const some = [...states, aWaiting({ wait })].map((state) =>
      newExecution({ state, contactId: contactId as ContactId }),
    )
    await store().insert([{ ...one, projectId: projectId as ProjectId }, ...some])
  }
})
