import assert from 'node:assert/strict'
import { createEdits } from '../../src/api/editWorkflow.js'
import { made, withLooks } from '../../src/engine/edit/edited.js'
import type { WorkflowId } from '../../src/workflow/ids.js'
import type { Workflow } from '../../src/workflow/workflow.js'
import { keepingOutbox, startApi, type TestApi, type TestProject } from '../support/api.js'
import type { Reply } from '../support/http.js'
import { DELAY, newWorkflow, type TestWorkflow } from '../support/workflows.js'

describe('edits of a workflow', () => {
  let api: TestApi
  let project: TestProject
  let workflow: TestWorkflow
  before(async () => {
    api = await startApi({ outbox: keepingOutbox() })
    project = await api.newProject()
  })
  beforeEach(async () => {
    workflow = await newWorkflow(project)
  })
  after(() => api.close())
  const standing = async () => {
    const reply = await workflow.read()
    return [reply.at('version'), reply.at('revision'), reply.headers.get('etag')]
  }
  const patch = (path: string, body: object, headers = {}) =>
    project.call('PATCH', `${workflow.path}${path}`, { body, headers })

  it('make a new version where graph or configs change, a new revision with every write', async () => {
    assert.deepEqual(await standing(), [1, 1, '"1"'])
    await patch('', { name: 'New', enabled: true, allowReentry: true, description: 'x' })
    assert.deepEqual(await standing(), [1, 2, '"2"'])
    const step = await workflow.step()
    assert.deepEqual(await standing(), [2, 3, '"3"'])
    await patch(`/steps/${step}`, { position: { x: 5, y: -6.5 } })
    await patch(`/steps/${step}`, { name: 'dragged' })
    await patch(`/steps/${step}`, { config: DELAY.config })
    assert.deepEqual(await standing(), [2, 6, '"6"'])
    await patch(`/steps/${step}`, { config: { amount: 2, unit: 'hours' } })
    assert.deepEqual(await standing(), [3, 7, '"7"'])
    const transition = (await workflow.connect(workflow.triggerId, step)).at('id')
    await patch(`/transitions/${transition}`, { priority: 3 })
    assert.deepEqual(await standing(), [5, 9, '"9"'])
    await project.call('DELETE', `${workflow.path}/transitions/${transition}`)
    await project.call('DELETE', `${workflow.path}/steps/${step}`)
    await patch('', { triggerConfig: { eventName: 'other' } })
    assert.deepEqual(await standing(), [8, 12, '"12"'])
  })

  it('carry the ETag in every answer', async () => {
    const step = await project.call('POST', `${workflow.path}/steps`, { body: DELAY })
    assert.equal(step.headers.get('etag'), '"2"')
    const gone = await project.call('DELETE', `${workflow.path}/steps/${step.at('id')}`)
    assert.deepEqual([gone.status, gone.headers.get('etag')], [204, '"3"'])
  })

  const matching = ['"1"', '*', '"7", "1"', ' "1" ']
  for (const ifMatch of matching)
    it(`go through with If-Match ${ifMatch}`, async () => {
      assert.equal((await patch('', { name: 'x' }, { 'If-Match': ifMatch })).status, 200)
    })

  const others = ['"2"', '1', 'W/"1"', '"x"', '""', '"2", "3"']
  for (const ifMatch of others)
    it(`are refused with If-Match ${ifMatch}`, async () => {
      const headers = { 'If-Match': ifMatch }
      const calls: readonly (readonly [string, string, object?])[] = [
        ['PATCH', '', { name: 'x' }],
        ['POST', '/steps', DELAY],
        ['DELETE', ''],
        ['PATCH', `/steps/${workflow.triggerId}`, { name: 'x' }],
      ]
      for (const [method, path, body] of calls) {
        const reply = await project.call(method, `${workflow.path}${path}`, { body, headers })
        assert.deepEqual([reply.status, reply.at('error.code')], [412, 'PRECONDITION_FAILED'])
      }
      assert.deepEqual(await standing(), [1, 1, '"1"'])
    })

  it('of many at once all come to be', async () => {
    const replies = await Promise.all(
      Array.from({ length: 30 }, () => project.call('POST', `${workflow.path}/steps`, { body: DELAY })),
    )
    assert.deepEqual(new Set(replies.map(({ status }) => status)), new Set([201]))
    const read = await workflow.read()
    const [steps, transitions] = [read.at('steps') as unknown[], read.at('transitions') as unknown[]]
    assert.deepEqual([steps.length, transitions.length, read.at('revision')], [31, 30, 31])
  })

  it('of one If-Match, one alone comes to be', async () => {
    const replies = await Promise.all(
      Array.from({ length: 10 }, (_, at) => patch('', { name: `n${at}` }, { 'If-Match': '"1"' })),
    )
    const statuses = replies.map(({ status }: Reply) => status).sort()
    assert.deepEqual(statuses, [200, ...Array.from({ length: 9 }, () => 412)])
  })

  describe('beside another process', () => {
    /** Another process writes between this one's reading and its writing. */
    const rename = (steps: readonly string[]) => (before: Workflow) =>
      withLooks(before, { steps: before.steps.map((step) => renamed(step, steps)) }, new Date())
    const renamed = (step: Workflow['steps'][number], ids: readonly string[]) =>
      ids.includes(step.id) ? { ...step, name: 'theirs' } : step

    const editBeside = async (mine: readonly string[], theirs: readonly string[]) => {
      const edits = createEdits(api.deps)
      let first = true
      const of = { projectId: project.id, id: workflow.id as WorkflowId, ifMatch: undefined }
      return edits(of, async (before) => {
        if (first) await api.deps.workflows.replace(project.id, rename(theirs)(before), before.revision)
        first = false
        return made(rename(mine)(before), null)
      })
    }

    it('are made anew where they touch different parts', async () => {
      const [mine, theirs] = [await workflow.step(), await workflow.step()]
      await editBeside([mine], [theirs])
      const names = ((await workflow.read()).at('steps') as { name: string }[]).map(({ name }) => name)
      assert.deepEqual(names, ['Trigger: signed_up', 'theirs', 'theirs'])
    })

    it('are refused where both touch the same', async () => {
      const step = await workflow.step()
      await assert.rejects(editBeside([step], [step, workflow.triggerId]), { code: 'CONFLICT' })
    })
  })
})
