import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { DefinitionStore } from '../../src/store/ports/definitions.js'
import type { WorkflowQuery, WorkflowStore } from '../../src/store/ports/workflows.js'
import type { ProjectId, TemplateId, WorkflowId } from '../../src/workflow/ids.js'
import type { Workflow } from '../../src/workflow/workflow.js'
import {
  LATER,
  NOW,
  newProjectId,
  stepOf,
  transitionOf,
  triggerOf,
  withParts,
  workflowOf,
} from '../support/workflowValues.js'

export interface WorkflowStores {
  readonly workflows: WorkflowStore
  readonly definitions: DefinitionStore
  newProject(): Promise<ProjectId>
  /** Puts a live execution there. */
  run(workflow: Workflow, status: string): Promise<void>
}

const ALL: WorkflowQuery = {
  search: null,
  enabled: null,
  sort: 'createdAt',
  dir: 'desc',
  skip: 0,
  limit: 100,
}

export function workflowsContract(open: () => WorkflowStores): void {
  let stores: WorkflowStores
  let projectId: ProjectId
  beforeEach(async () => {
    stores = open()
    projectId = await stores.newProject()
  })
  const counter = async () => (await stores.definitions.counters([projectId])).get(projectId)
  const insert = async (more: Parameters<typeof workflowOf>[0] = {}, at = NOW) => {
    const workflow = { ...workflowOf(more, projectId), createdAt: at, updatedAt: at }
    await stores.workflows.insert(projectId, workflow)
    return workflow
  }
  const unknown = () => randomUUID() as string as WorkflowId

  it('give back what was put in, whatever configs and rules hold', async () => {
    const odd = { url: 'x', body: { $set: { 'a.b': 1, '': null, 'n\0l': '\ud800' } }, list: [1.5, [], {}] }
    const [call, exit] = [stepOf('WEBHOOK', 'call', odd), stepOf('EXIT', 'exit')]
    const empty = workflowOf(
      { description: 'd', triggerConfig: { eventName: 'e', rule: { '==': [1, 1] } } },
      projectId,
    )
    const rule = transitionOf(call, exit, { condition: { '==': [{ var: 'event.$a' }, 1] }, priority: 3 })
    const workflow = withParts(empty, [call, exit], [transitionOf(triggerOf(empty), call), rule])
    await stores.workflows.insert(projectId, workflow)
    assert.deepEqual(await stores.workflows.get(projectId, workflow.id), workflow)
  })

  it('belong to one project', async () => {
    const other = await stores.newProject()
    const workflow = await insert()
    assert.equal(await stores.workflows.get(other, workflow.id), null)
    assert.equal(await stores.workflows.replace(other, workflow, workflow.revision), false)
    assert.equal(await stores.workflows.remove(other, [workflow.id], LATER), 'unknown')
    assert.equal(await stores.workflows.enable(other, [workflow.id], true, LATER), 'unknown')
    assert.deepEqual(await stores.workflows.list(other, ALL), { rows: [], total: 0 })
    assert.deepEqual(await stores.workflows.get(projectId, workflow.id), workflow)
  })

  it('are written on condition of their revision, and raise the counter with every write', async () => {
    assert.equal(await counter(), 0)
    const workflow = await insert()
    const next = { ...workflow, name: 'x', revision: 2 }
    assert.equal(await stores.workflows.replace(projectId, next, 2), false)
    assert.equal(await counter(), 1)
    assert.equal(await stores.workflows.replace(projectId, next, 1), true)
    assert.equal(await stores.workflows.replace(projectId, next, 1), false)
    assert.deepEqual(await stores.workflows.get(projectId, workflow.id), next)
    assert.equal(await counter(), 2)
  })

  it('lose all but one of those who write at once', async () => {
    const workflow = await insert()
    const writes = Array.from({ length: 8 }, (_, at) =>
      stores.workflows.replace(projectId, { ...workflow, name: `n${at}`, revision: 2 }, 1),
    )
    assert.equal((await Promise.all(writes)).filter((won) => won).length, 1)
    assert.equal(await counter(), 2)
  })

  it('are enabled together or not at all', async () => {
    const [off, on] = [await insert(), await insert({ enabled: true })]
    assert.equal(await stores.workflows.enable(projectId, [off.id, unknown()], true, LATER), 'unknown')
    assert.equal((await stores.workflows.get(projectId, off.id))?.enabled, false)
    assert.equal(await stores.workflows.enable(projectId, [off.id, on.id], true, LATER), 'done')
    const [first, second] = [
      await stores.workflows.get(projectId, off.id),
      await stores.workflows.get(projectId, on.id),
    ]
    assert.deepEqual(first, { ...off, enabled: true, enabledAt: LATER, revision: 2, updatedAt: LATER })
    assert.deepEqual(second, on)
    assert.equal(await stores.workflows.enable(projectId, [off.id], false, LATER), 'done')
    assert.equal((await stores.workflows.get(projectId, off.id))?.enabledAt?.getTime(), LATER.getTime())
  })

  it('go together or not at all, and leave tombstones', async () => {
    const [ended, active] = [await insert(), await insert()]
    for (const status of ['COMPLETED', 'FAILED', 'CANCELLED']) await stores.run(ended, status)
    await stores.run(active, 'WAITING')
    const before = await counter()
    assert.equal(await stores.workflows.remove(projectId, [ended.id, active.id], LATER), 'active')
    assert.equal(await stores.workflows.remove(projectId, [ended.id, unknown()], LATER), 'unknown')
    assert.equal(await counter(), before)
    assert.equal(await stores.workflows.remove(projectId, [ended.id], LATER), 'done')
    assert.equal(await stores.workflows.get(projectId, ended.id), null)
    assert.deepEqual([...(await stores.definitions.deleted([ended.id, active.id]))], [ended.id])
    assert.equal(await counter(), Number(before) + 1)
  })

  it('are listed by name, time of making and time of change, searched literally', async () => {
    const at = (minute: number) => new Date(NOW.getTime() + minute * 60_000)
    await insert({ name: 'b.*', description: 'Über' }, at(1))
    await insert({ name: 'a', description: null, enabled: true }, at(3))
    await insert({ name: 'c%_', description: 'A' }, at(2))
    const names = async (query: Partial<WorkflowQuery>) => {
      const { rows, total } = await stores.workflows.list(projectId, { ...ALL, ...query })
      return [rows.map(({ workflow }) => workflow.name).join(' '), total]
    }
    assert.deepEqual(await names({}), ['a c%_ b.*', 3])
    assert.deepEqual(await names({ dir: 'asc' }), ['b.* c%_ a', 3])
    assert.deepEqual(await names({ sort: 'name', dir: 'asc' }), ['a b.* c%_', 3])
    assert.deepEqual(await names({ sort: 'updatedAt', limit: 1, skip: 1 }), ['c%_', 3])
    assert.deepEqual(await names({ search: 'A' }), ['a c%_', 2])
    assert.deepEqual(await names({ search: '.*' }), ['b.*', 1])
    assert.deepEqual(await names({ search: 'ÜBER' }), ['b.*', 1])
    assert.deepEqual(await names({ search: '\0' }), ['', 0])
    assert.deepEqual(await names({ enabled: true }), ['a', 1])
    assert.deepEqual(await names({ enabled: false, search: 'a' }), ['c%_', 1])
  })

  it('are listed with the counts of what is theirs', async () => {
    const [first, second] = [await insert(), await insert({}, LATER)]
    for (const status of ['PENDING', 'RUNNING', 'WAITING', 'COMPLETED']) await stores.run(first, status)
    const { rows } = await stores.workflows.list(projectId, ALL)
    assert.deepEqual(
      rows.map(({ workflow, counts }) => [workflow.id, counts]),
      [
        [second.id, { steps: 1, executions: 0, active: 0 }],
        [first.id, { steps: 1, executions: 4, active: 3 }],
      ],
    )
  })

  it('know which templates they use, at the top of a step or in its config', async () => {
    const [top, inside, none] = [randomUUID(), randomUUID(), randomUUID()] as string[] as TemplateId[]
    const mail = { ...stepOf('SEND_EMAIL', 'top'), templateId: top ?? null }
    const steps = [mail, stepOf('SEND_EMAIL', 'inside', { templateId: String(inside).toUpperCase() })]
    await stores.workflows.insert(projectId, withParts(workflowOf({}, projectId), steps))
    const uses = (id: TemplateId | undefined, of = projectId) =>
      stores.workflows.usesTemplate(of, id as TemplateId)
    assert.deepEqual([await uses(top), await uses(inside), await uses(none)], [true, true, false])
    assert.equal(await uses(top, newProjectId()), false)
  })
}
