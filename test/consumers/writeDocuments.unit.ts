import assert from 'node:assert/strict'
import { applyToDocuments } from '../../consumers/stepping/writeDocuments.js'
import { leave } from '../../src/engine/advance.js'
import { createAnnouncer } from '../../src/events.js'
import { createMemoryExecutionStore } from '../../src/store/memory/executions.js'
import type { TransitionGroup } from '../../src/workflow/change.js'
import type { ExecutionId } from '../../src/workflow/ids.js'
import type { SystemEvent } from '../../src/workflow/messages.js'
import { at, flow } from '../support/chainFlow.js'
import { stepAt } from '../support/definitions.js'
import { anExecution, aWaiting, NOW, THEN } from '../support/executionValues.js'

describe('A change that documents share', () => {
  const change = leave(at('nap', null), { branch: null, status: 'COMPLETED' })
  const state = aWaiting({ currentStepId: stepAt(flow, 'nap').step.id, kind: 'DELAY', dueAt: THEN })
  const event = { eventId: 'e', name: 'contact_unsubscribed' } as SystemEvent

  /** Three documents, the second of which owes an event: what is written, by what it owes then. */
  async function written(lifecycleFacts: boolean): Promise<string[]> {
    const clock = { now: () => NOW }
    const executions = createMemoryExecutionStore(clock)
    const groups: TransitionGroup[] = []
    const watched = {
      ...executions,
      transition: (some: readonly TransitionGroup[], by: string) => {
        groups.push(...some)
        return executions.transition(some, by)
      },
    }
    const all = ['a', 'b', 'c'].map((id) =>
      anExecution({ id: id as ExecutionId, state, owed: id === 'b' ? [{ kind: 'event', event }] : [] }),
    )
    await executions.insert(all)
    const deps = { executions: watched, clock, announcer: createAnnouncer(), lifecycleFacts }
    const planned = all.map((execution) => ({ execution, change }))
    assert.equal((await applyToDocuments(deps, planned, 'me')).length, 3)
    return groups.map((one) => `${one.ids}: ${one.change.owed.map(({ kind }) => kind)}`)
  }

  it('is one write but for what only one of them owes', async () => {
    assert.deepEqual(await written(false), ['a,c: ', 'b: event'])
    assert.deepEqual(await written(true), ['a,c: fact', 'b: event,fact'])
  })
})
