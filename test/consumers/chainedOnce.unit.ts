import assert from 'node:assert/strict'
import { applyToDocuments, type PlannedDocument } from '../../consumers/stepping/writeDocuments.js'
import { leave, putBack, runAgain } from '../../src/engine/advance.js'
import { createAnnouncer, type EngineEvents } from '../../src/events.js'
import { createMemoryExecutionStore } from '../../src/store/memory/executions.js'
import type { Tracing } from '../../src/tracing/port.js'
import type { Change } from '../../src/workflow/change.js'
import { at, flow } from '../support/chainFlow.js'
import { stepAt } from '../support/definitions.js'
import { aMoving, anEntry, anExecution, aWaiting, NOW, THEN } from '../support/executionValues.js'

/** A DELAY behind a condition that was chained to the start. */
const history = [
  anEntry(0, { type: 'TRIGGER', key: 'trigger' }),
  anEntry(1, { type: 'CONDITION', chained: true }),
]
const { step } = stepAt(flow, 'nap')
const waiting = aWaiting({ currentStepId: step.id, kind: 'DELAY', dueAt: THEN })
const calling = aMoving({ currentStepId: step.id, lease: { token: 't', until: THEN }, dueAt: THEN })

describe('What is told of a transition that no message stands behind', () => {
  async function toldOf(state: PlannedDocument['execution']['state'], change: Change) {
    const clock = { now: () => NOW }
    const executions = createMemoryExecutionStore(clock)
    const announcer = createAnnouncer()
    const handled: EngineEvents['steps.handled'][] = []
    const spans: string[] = []
    announcer.on('steps.handled', (one) => handled.push(one))
    const tracing: Tracing = {
      current: () => undefined,
      inSpan: (_, work) => work(),
      note: ({ name, attributes }) => spans.push(`${name} ${attributes['millrace.step.id']}`),
      ofExecution: (id) => id,
      close: async () => undefined,
    }
    const execution = anExecution({ seq: 4, state, history })
    await executions.insert([execution])
    const deps = { executions, clock, announcer, lifecycleFacts: false, tracing }
    assert.equal((await applyToDocuments(deps, [{ execution, change }], 'me')).length, 1)
    return { handled, spans }
  }

  it('are the steps that were chained to it', async () => {
    const change = leave(at('nap', null), { branch: null, status: 'COMPLETED' })
    assert.deepEqual(await toldOf(waiting, change), {
      handled: [{ kind: 'EXIT', outcome: 'completed', count: 1 }],
      spans: ['step EXIT bye'],
    })
  })

  it('are none where the execution stays at its step, whatever was chained before', async () => {
    const hold = { reason: 'retry', key: null, dueAt: THEN, tries: 1 } as const
    const nothing = { handled: [], spans: [] }
    assert.deepEqual(await toldOf(calling, putBack(at('nap', null), hold)), nothing)
    assert.deepEqual(await toldOf(waiting, runAgain(step, THEN, 1)), nothing)
  })
})
