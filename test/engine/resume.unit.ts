import assert from 'node:assert/strict'
import { type Place, runAgain } from '../../src/engine/advance.js'
import { outputsOf, standingBehind } from '../../src/engine/outputs.js'
import * as resume from '../../src/engine/resume.js'
import { MAX_CONTEXT_BYTES, needsDocument, resumeDue } from '../../src/engine/resume.js'
import { SharedChanges } from '../../src/engine/sharedChanges.js'
import type { Facts } from '../../src/steps/definition.js'
import type { Order, RecordedEvent } from '../../src/workflow/contactEvent.js'
import { dueOf, type Execution, type Waiting } from '../../src/workflow/execution.js'
import type { EventRecordId } from '../../src/workflow/ids.js'
import { aDefinition, compiled, stepAt } from '../support/definitions.js'
import { aMoving, anEnd, anEntry, anExecution, aWaiting, THEN } from '../support/executionValues.js'
import { someFacts } from '../support/facts.js'

/** Broker and database show the same time. */
const same = (time: Date) => time
const windowOf = (execution: Execution) => resume.windowOf(execution, same)
const resumeByEvent = (from: Place, execution: Execution, one: RecordedEvent) =>
  resume.resumeByEvent(from, execution, one, same)
const isInWindow = (execution: Execution, one: RecordedEvent) => resume.isInWindow(execution, one, same)

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second))
const flow = compiled(
  aDefinition(
    { w: ['WAIT_FOR_EVENT', { eventName: 'x' }], yes: ['UPDATE_CONTACT'], no: ['UPDATE_CONTACT'] },
    [
      ['w', 'yes', { branch: 'event' }],
      ['w', 'no', { branch: 'timeout' }],
    ],
  ),
)
const place: Place = {
  compiled: flow,
  at: stepAt(flow, 'w'),
  facts: someFacts({ now: at(50) }),
  tries: 0,
  token: '',
}

function event(order: Partial<Order> = {}, more: Partial<RecordedEvent> = {}): RecordedEvent {
  const { projectId, contactId } = anExecution()
  return {
    ...{ id: 'r' as EventRecordId, projectId, contactId, eventId: 'e9', name: 'x', data: {} },
    ...{ occurredAt: at(0), recordedAt: at(0), order: { at: at(30), partition: 0, offset: 5, ...order } },
    ...more,
  }
}

/** A wait behind a step that was entered at 20 s, started at 10 s by the event of `triggerOrder`. */
function waits(wait: Partial<NonNullable<Waiting['wait']>> = {}, more: Partial<Execution> = {}): Execution {
  const state = aWaiting({
    dueAt: at(40),
    wait: { names: ['x'], since: 'step', checked: true, ...wait },
  })
  const history = [
    anEntry(0, { at: at(10), event: { eventId: 'e1', name: 'x' } }),
    anEntry(1, { at: at(20) }),
    anEntry(2, { at: at(25) }),
  ]
  const triggerOrder = { at: at(9), partition: 0, offset: 3 }
  return anExecution({ state, history, triggerOrder, startedAt: at(10), ...more })
}

describe('When the alarm clock rings', () => {
  it('a delay is over', () => {
    const change = resumeDue(place, anExecution({ state: aWaiting({ dueAt: at(40) }) }))
    assert.deepEqual([change?.entries[0]?.branch, change?.state.status], [null, 'COMPLETED'])
  })

  it('a wait takes its timeout', () => {
    assert.deepEqual(resumeDue(place, waits())?.state.currentStepId, 'no')
  })

  it('a back-off and a lost lease run the step again, with their tries', () => {
    const hold = { reason: 'retry', key: null, since: at(1) } as const
    const lease = { token: 't', until: at(40) }
    for (const state of [aWaiting({ hold, tries: 2 }), aMoving({ lease, dueAt: at(40), tries: 2 })]) {
      const change = resumeDue(place, anExecution({ state }))
      const again = { currentStepId: 'w', kind: 'WAIT_FOR_EVENT', enteredAt: state.enteredAt, tries: 2 }
      assert.deepEqual(change?.state, { status: 'RUNNING', ...again, dueAt: null, lease: null })
      assert.deepEqual(change?.entries, [])
    }
  })

  it('what comes to the same is one change, and what tells its own time another', () => {
    const shared = new SharedChanges()
    const ring = (facts: Partial<Facts>, dueAt = at(40)) => {
      const state = aWaiting({ dueAt, wait: { names: ['x'], since: 'step', checked: true } })
      const from = { ...place, facts: someFacts({ now: at(50), ...facts }) }
      return resumeDue(from, anExecution({ state }), shared)
    }
    assert.equal(ring({}), ring({}, at(41)))
    assert.notEqual(ring({}), ring({ enteredAt: at(51) }), 'no step is left before it was entered')
    const asOfs = [at(40), at(41)].map((dueAt) => ring({ asOf: at(30) }, dueAt)?.entries[0]?.asOf)
    assert.deepEqual(asOfs, [at(40), at(41)])
    const delay = resumeDue(place, anExecution({ state: aWaiting({ dueAt: at(40) }) }), shared)
    assert.notEqual(delay?.entries[0]?.branch, ring({})?.entries[0]?.branch)
  })

  it('the document is read where more of it counts than where it stands', () => {
    const delay = anExecution({ state: aWaiting({ dueAt: at(40) }) })
    const rules = { ...place.at, needs: { contact: false, execution: true } }
    const replayed = { ...delay, history: [anEntry(0, { asOf: at(1) })] }
    assert.equal(needsDocument(dueOf(delay), place.at), false)
    assert.equal(needsDocument(dueOf(delay), rules), true)
    assert.equal(needsDocument(dueOf(replayed), place.at), true)
    assert.equal(needsDocument(dueOf(waits()), place.at), true)
    const hold = { reason: 'retry', key: null, since: at(1) } as const
    for (const state of [aWaiting({ hold }), aMoving({ lease: { token: 't', until: at(40) } })])
      assert.equal(needsDocument(dueOf(anExecution({ state })), rules), false, 'it runs again')
  })

  it('what comes of it is the same, whatever was read', () => {
    const trace = '00-trace'
    const delay = anExecution({ state: aWaiting({ dueAt: at(40) }), lane: 'bulk', trace })
    const change = { ...runAgain(place.at.step, THEN, 2), workflowVersion: 7 }
    const [whole, light] = [delay, dueOf(delay)].map((one) => outputsOf([standingBehind(one, change)]))
    assert.deepEqual(light, whole)
    assert.deepEqual([whole?.steps[0]?.due.workflowVersion, whole?.steps[0]?.due.seq], [7, 5])
    const ended = resumeDue(place, delay)
    assert.ok(ended !== null)
    assert.equal(standingBehind(delay, ended).history?.length, 2)
    assert.equal(standingBehind(dueOf(delay), ended).history, null)
  })

  it('nothing happens to what has ended', () =>
    assert.equal(resumeDue(place, anExecution({ state: anEnd('CANCELLED') })), null))
})

describe('When the awaited event comes', () => {
  it('its branch is taken, its data is merged over the context and the event is used up', () => {
    const change = resumeByEvent(place, waits(), event({}, { data: { plan: 'max', n: 1 } }))
    assert.deepEqual([change.state.currentStepId, change.context], ['yes', { plan: 'max', n: 1 }])
    assert.deepEqual(
      [change.entries[0]?.branch, change.entries[0]?.event],
      ['event', { eventId: 'e9', name: 'x' }],
    )
  })

  it('the execution fails where its context would be too large', () => {
    const change = resumeByEvent(place, waits(), event({}, { data: { text: 'x'.repeat(MAX_CONTEXT_BYTES) } }))
    assert.deepEqual('error' in change.state && change.state.error?.code, 'CONTEXT_TOO_LARGE')
    assert.equal(change.context, null)
  })
})

describe('The window of a wait', () => {
  it('opens when the step before it was entered, less a second', () => {
    assert.deepEqual(windowOf(waits()), { at: at(19) })
    assert.equal(isInWindow(waits(), event({ at: at(19) })), true)
    assert.equal(isInWindow(waits(), event({ at: new Date(at(19).getTime() - 1) })), false)
  })

  it('opens right behind the trigger event with since: start, and where no step is before the wait', () => {
    const first = waits({}, { history: [anEntry(0, { at: at(10) })] })
    for (const execution of [waits({ since: 'start' }), first]) {
      assert.deepEqual(windowOf(execution), { order: execution.triggerOrder })
      assert.equal(isInWindow(execution, event({ at: at(9), offset: 4 })), true)
      assert.equal(isInWindow(execution, event({ at: at(9), offset: 3 })), false)
    }
  })

  it('opens with an execution that no event started', () => {
    const byHand = { triggerOrder: null }
    assert.deepEqual(windowOf(waits({ since: 'start' }, byHand)), { at: at(9) })
    assert.deepEqual(windowOf(waits({}, { ...byHand, history: [] })), { at: at(9) })
    assert.deepEqual(windowOf(anExecution({ ...byHand, startedAt: at(10) })), { at: at(9) })
    assert.deepEqual(windowOf(anExecution({ history: [], triggerOrder: null, startedAt: at(10) })), {
      at: at(9),
    })
  })

  it('closes with the deadline, if there is one', () => {
    assert.equal(isInWindow(waits(), event({ at: at(40) })), true)
    assert.equal(isInWindow(waits(), event({ at: at(41) })), false)
    const endless = aWaiting({ wait: { names: ['x'], since: 'step', checked: true } })
    assert.equal(isInWindow(waits({}, { state: endless }), event({ at: at(41) })), true)
  })

  it('knows its names, and no event of the history twice', () => {
    assert.equal(isInWindow(waits(), event({}, { name: 'y' })), false)
    assert.equal(isInWindow(waits(), event({}, { eventId: 'e1' })), false)
  })

  it('is shut where nothing waits', () => {
    assert.equal(isInWindow(anExecution(), event()), false)
    assert.equal(isInWindow(anExecution({ state: aWaiting() }), event()), false)
  })

  it("is in the broker's time, which may be ahead", () => {
    const ahead = (time: Date) => new Date(time.getTime() + 5_000)
    assert.deepEqual(resume.windowOf(waits(), ahead), { at: at(24) })
    assert.equal(resume.isInWindow(waits(), event({ at: at(23) }), ahead), false)
    assert.equal(resume.isInWindow(waits(), event({ at: at(45) }), ahead), true)
    assert.equal(resume.isInWindow(waits(), event({ at: at(46) }), ahead), false)
  })
})
