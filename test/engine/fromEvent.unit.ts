import assert from 'node:assert/strict'
import { createRenderer } from '../../src/effects/liquid.js'
import { advance, type Place } from '../../src/engine/advance.js'
import { decide } from '../../src/engine/decide.js'
import { outputsOf, standingAfter, standingOf } from '../../src/engine/outputs.js'
import { reopen } from '../../src/engine/reopen.js'
import { resumeByEvent, resumeDue, windowOf } from '../../src/engine/resume.js'
import { startExecution } from '../../src/engine/start.js'
import type { RecordedEvent } from '../../src/workflow/contactEvent.js'
import { type Execution, isEnded } from '../../src/workflow/execution.js'
import type { EventRecordId } from '../../src/workflow/ids.js'
import { aDefinition, compiled, stepAt } from '../support/definitions.js'
import { anEnd, anEntry, anExecution, aWaiting, stepId } from '../support/executionValues.js'
import { aContact, someFacts } from '../support/facts.js'

const DAY = 86_400_000
const NOW = new Date('2026-03-01T12:00:00.000Z')
const ago = (days: number) => new Date(NOW.getTime() - days * DAY)
const same = (time: Date) => time
const renderer = createRenderer()

const flow = compiled(
  aDefinition(
    {
      day: ['DELAY', { amount: 1, unit: 'days' }],
      nine: ['DELAY', { timeOfDay: '09:00', timezone: 'UTC' }],
      until: ['DELAY', { until: '2026-01-01T00:00:00Z' }],
      wait: ['WAIT_FOR_EVENT', { eventName: 'x', timeout: 86_400 }],
      bye: ['EXIT'],
    },
    [
      ['TRIGGER', 'day'],
      ['day', 'wait'],
      ['nine', 'bye'],
      ['until', 'bye'],
      ['wait', 'bye'],
    ],
  ),
)

/** At this step since just now, and by the time of its event since then; `null`: due times count as it is. */
function at(key: string, asOf: Date | null): Place {
  const facts = someFacts({ now: NOW, enteredAt: NOW, ...(asOf === null ? {} : { asOf }) })
  return { compiled: flow, at: stepAt(flow, key), facts, tries: 0, token: '' }
}

function step(key: string, asOf: Date | null) {
  const place = at(key, asOf)
  return advance(place, decide(place.at, place.facts, renderer))
}

const dueAt = ({ state }: ReturnType<typeof step>) => (isEnded(state) ? null : state.dueAt)

function clicked(days: number): RecordedEvent {
  const { projectId, contactId } = anExecution()
  const order = { at: ago(days), partition: 0, offset: 5 }
  const ids = { id: 'r' as EventRecordId, projectId, contactId, eventId: 'e9' }
  return { ...ids, name: 'x', data: {}, occurredAt: NOW, recordedAt: NOW, order }
}

function waitsUntil(days: number): Execution {
  const wait = { names: ['x'], since: 'step', checked: true } as const
  return anExecution({ state: aWaiting({ dueAt: ago(days), wait }) })
}

describe('Due times that count from the event', () => {
  const start = (asOf: Date | null) =>
    startExecution({
      ...{ compiled: flow, contact: aContact(), origin: ['event', 'e1'], context: {}, event: null },
      ...{ triggerOrder: null, depth: 0, effects: 'skip', lane: 'bulk', by: 'me', now: NOW },
      ...(asOf === null ? {} : { asOf }),
    })
  const sent = (execution: Execution) => outputsOf([standingOf(execution)]).steps[0]?.due

  it('begin at its time, never later than now', () => {
    for (const [asOf, expected] of [
      [ago(7), ago(7)],
      [ago(-1), NOW],
    ] as const) {
      const execution = start(asOf)
      assert.deepEqual(execution.history[0]?.asOf, expected)
      assert.deepEqual(execution.startedAt, NOW)
      assert.deepEqual(sent(execution)?.asOf, expected)
      assert.deepEqual(sent(execution)?.enteredAt, NOW)
    }
  })

  it('take a delay that is past at once, and go on from its end', () => {
    const change = step('day', ago(7))
    assert.deepEqual(
      [change.state.currentStepId, change.entries[0]?.at, change.entries[0]?.asOf],
      ['wait', NOW, ago(6)],
    )
    const { identity, seq } = standingOf(anExecution())
    const { id: executionId, projectId, workflowId, workflowVersion, contactId } = identity
    const ids = { v: 1, executionId, projectId, workflowId, workflowVersion, contactId } as const
    const after = standingAfter({ ...ids, stepId: stepId(1), seq, enteredAt: NOW, asOf: ago(7) }, change)
    assert.deepEqual(outputsOf([after]).steps[0]?.due.asOf, ago(6))
  })

  it('wait for real where they lie ahead, and go on from there', () => {
    const change = step('day', ago(0.5))
    assert.deepEqual([change.state.status, dueAt(change)], ['WAITING', ago(-0.5)])
    const due = anExecution({ state: aWaiting({ dueAt: ago(0.01) }) })
    assert.deepEqual(resumeDue(at('day', ago(1)), due)?.entries[0]?.asOf, ago(0.01))
  })

  it('find the time of day behind it, and never go back', () => {
    assert.deepEqual(step('nine', ago(7)).entries[0]?.asOf, new Date('2026-02-23T09:00:00.000Z'))
    assert.deepEqual(step('until', ago(7)).entries[0]?.asOf, ago(7))
  })

  it('stand still over steps that take no time', () => {
    const {
      state,
      entries: [entry],
    } = step('bye', ago(7))
    assert.deepEqual([state.status, entry?.asOf], ['COMPLETED', ago(7)])
    assert.deepEqual('completedAt' in state && state.completedAt, NOW)
  })

  it('let a wait end by the event, or by its deadline', () => {
    assert.deepEqual(dueAt(step('wait', ago(7))), ago(6))
    assert.deepEqual(resumeDue(at('wait', ago(7)), waitsUntil(6))?.entries[0]?.asOf, ago(6))
    const brokerTimeOf = (time: Date) => new Date(time.getTime() + DAY)
    const change = resumeByEvent(at('wait', ago(7)), waitsUntil(6), clicked(5.5), brokerTimeOf)
    assert.deepEqual(change.entries[0]?.asOf, ago(6.5))
  })

  it('open the window of a wait at the step before it', () => {
    const history = [anEntry(0, { at: NOW, asOf: ago(7) }), anEntry(1, { at: NOW, asOf: ago(6) })]
    const execution = { ...waitsUntil(5), history }
    assert.deepEqual(windowOf(execution, same), { at: new Date(ago(7).getTime() - 1_000) })
  })

  it('are as they were when a failed execution goes on', () => {
    const failed = anEntry(1, { status: 'FAILED', at: NOW, asOf: ago(6) })
    const history = [anEntry(0, { at: NOW, asOf: ago(6) }), failed]
    const state = anEnd('FAILED', { currentStepId: stepId(1), kind: 'DELAY', enteredAt: NOW })
    const change = reopen(anExecution({ state, history }))
    assert.ok(change)
    const kept = { ...standingOf(anExecution({ history: history.slice(0, -1) })), state: change.state }
    assert.deepEqual(outputsOf([kept]).steps[0]?.due.asOf, ago(6))
  })

  it('are as ever where nobody asked for it', () => {
    assert.deepEqual(dueAt(step('day', null)), ago(-1))
    assert.deepEqual(dueAt(step('wait', null)), ago(-1))
    for (const {
      entries: [entry],
    } of [step('until', null), step('bye', null)])
      assert.ok(entry && !('asOf' in entry))
    const execution = start(null)
    assert.ok(!('asOf' in (execution.history[0] ?? {})) && !('asOf' in (sent(execution) ?? {})))
    const change = resumeDue(at('wait', null), waitsUntil(6))
    assert.ok(change?.entries[0] && !('asOf' in change.entries[0]))
  })
})
