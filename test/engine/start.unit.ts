import assert from 'node:assert/strict'
import { executionId, type Start, startExecution } from '../../src/engine/start.js'
import { keyHash } from '../../src/workflow/murmur2.js'
import type { Definition } from '../../src/workflow/workflow.js'
import { aDefinition, compiled } from '../support/definitions.js'
import { anEnd, anEntry, NOW } from '../support/executionValues.js'
import { aContact } from '../support/facts.js'

const order = { at: NOW, partition: 1, offset: 7 }

function started(definition: Definition, more: Partial<Start> = {}) {
  return startExecution({
    compiled: compiled(definition),
    contact: aContact({ data: { plan: 'pro' } }),
    origin: ['event', 'e1'],
    context: { n: 1 },
    event: { eventId: 'e1', name: 'x' },
    triggerOrder: order,
    depth: 2,
    effects: 'send',
    lane: 'live',
    by: 'me',
    now: NOW,
    ...more,
  })
}

describe('A new execution', () => {
  it('stands at the step behind the TRIGGER, with its event in the history', () => {
    const definition = aDefinition({ a: ['EXIT'], b: ['DELAY'] }, [
      ['TRIGGER', 'a', { '==': [{ var: 'contact.data.plan' }, 'free'] }],
      ['TRIGGER', 'b', { '==': [{ var: 'event.n' }, 1] }],
    ])
    const { projectId, workflowId } = definition
    const { id: contactId } = aContact()
    const id = executionId(projectId, workflowId, contactId, ['event', 'e1'])
    const named = { key: 'TRIGGER', name: 'TRIGGER', type: 'TRIGGER' } as const
    assert.deepEqual(started(definition), {
      ...{ id, projectId, workflowId, workflowVersion: 1, contactId, origin: ['event', 'e1'] },
      ...{ mode: 'live', effects: 'send', lane: 'live', seq: 0, by: 'me', context: { n: 1 }, owed: [] },
      state: {
        ...{ status: 'PENDING', currentStepId: 'b', kind: 'DELAY', enteredAt: NOW, dueAt: null },
        ...{ lease: null, tries: 0 },
      },
      history: [{ ...anEntry(0, named), stepId: 'TRIGGER', at: NOW, event: { eventId: 'e1', name: 'x' } }],
      ...{ triggerOrder: order, keyHash: keyHash(id), depth: 2, touches: 0, touchedAt: NOW, startedAt: NOW },
    })
  })

  it('is the same for the same cause, and another for any other', () => {
    const { projectId, workflowId } = aDefinition({})
    const { id } = aContact()
    const idOf = (...origin: Start['origin']) => executionId(projectId, workflowId, id, origin)
    assert.equal(idOf('event', 'e1'), idOf('event', 'e1'))
    assert.equal(new Set([idOf('event', 'e1'), idOf('event', 'e2'), idOf('manual', 'e1')]).size, 3)
  })

  it('has no event where none started it', () => {
    const [entry] = started(aDefinition({}), { event: null, origin: ['manual', 'k'] }).history
    assert.ok(entry && !('event' in entry))
  })

  it('completes at once where nothing is behind the TRIGGER', () => {
    assert.deepEqual(started(aDefinition({})).state, anEnd('COMPLETED', { completedAt: NOW }))
  })

  it('fails where the TRIGGER leads to no step, or its rule cannot be evaluated', () => {
    const errors = [undefined, { '+': 1, '-': 2 }].map((condition) => {
      const { state } = started(aDefinition({}, [['TRIGGER', 'gone', condition]]))
      return state.status === 'FAILED' ? state.error : null
    })
    assert.deepEqual(
      errors.map((error) => error?.code),
      ['TRIGGER_FAILED', 'TRIGGER_FAILED'],
    )
    assert.match(errors[0]?.message ?? '', /not in this version/)
    assert.match(errors[1]?.message ?? '', /^transition TRIGGER-gone: /)
  })
})
