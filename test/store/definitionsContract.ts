import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { WorkflowId } from '../../src/workflow/ids.js'
import { definitionOf } from '../../src/workflow/workflow.js'
import {
  newProjectId,
  stepOf,
  transitionOf,
  triggerOf,
  withParts,
  workflowOf,
} from '../support/workflowValues.js'
import type { WorkflowStores } from './workflowsContract.js'

export function definitionsContract(open: () => WorkflowStores): void {
  it('are counted by project; a project that is none has no counter', async () => {
    const { definitions, workflows, newProject } = open()
    const [first, second, none] = [await newProject(), await newProject(), newProjectId()]
    await workflows.insert(first, workflowOf({}, first))
    const counters = await definitions.counters([first, second, none])
    assert.deepEqual(
      counters,
      new Map([
        [first, 1],
        [second, 0],
      ]),
    )
  })

  it('that events can start are those that are enabled and started by events', async () => {
    const { definitions, workflows, newProject } = open()
    const [first, second, third] = [await newProject(), await newProject(), await newProject()]
    const on = workflowOf({ enabled: true }, first)
    const other = workflowOf({ enabled: true }, second)
    const all = [
      on,
      workflowOf({}, first),
      workflowOf({ enabled: true, triggerType: 'MANUAL' }, first),
      other,
    ]
    for (const workflow of [...all, workflowOf({ enabled: true }, third)])
      await workflows.insert(workflow.projectId, workflow)
    const found = await definitions.enabled([first, second])
    assert.deepEqual(
      new Map(found.map((one) => [one.id, one])),
      new Map([
        [on.id, on],
        [other.id, other],
      ]),
    )
    assert.deepEqual(await definitions.enabled([]), [])
  })

  it('stay as they were pinned first', async () => {
    const { definitions } = open()
    const empty = workflowOf()
    const step = stepOf('WEBHOOK', 'call', { url: 'u', body: { $x: { 'a.b': '\0' } } })
    const workflow = withParts(
      empty,
      [step],
      [transitionOf(triggerOf(empty), step, { condition: { '!': [1] } })],
    )
    const [first, second] = [
      definitionOf(workflow),
      { ...definitionOf(workflow), version: 2, name: 'second' },
    ]
    await definitions.pin([first, first])
    await definitions.pin([{ ...first, name: 'changed' }, second])
    const nobody = { workflowId: randomUUID() as string as WorkflowId, version: 1 }
    const found = await definitions.pinned([first, second, nobody])
    assert.deepEqual(
      new Map(found.map((one) => [one.version, one])),
      new Map([
        [1, first],
        [2, second],
      ]),
    )
    await definitions.pin([])
    assert.deepEqual(await definitions.pinned([]), [])
  })

  it('that were never there were not deleted', async () => {
    const { definitions } = open()
    assert.equal((await definitions.deleted([randomUUID() as string as WorkflowId])).size, 0)
    assert.equal((await definitions.deleted([])).size, 0)
  })
}
