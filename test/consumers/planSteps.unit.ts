import assert from 'node:assert/strict'
import { decideSteps, planSteps } from '../../consumers/stepping/plan.js'
import { createRenderer } from '../../src/effects/liquid.js'
import type { ExecutionId } from '../../src/workflow/ids.js'
import type { StepDue } from '../../src/workflow/messages.js'
import { aDefinition, compiled, stepAt } from '../support/definitions.js'
import { anExecution, NOW, stepId } from '../support/executionValues.js'
import { aContact } from '../support/facts.js'

const flow = compiled(aDefinition({ bye: ['EXIT'] }))
const pausing = compiled(aDefinition({ pause: ['DELAY', { amount: 2, unit: 'days' }] }))
const source = { partition: 0, offset: 0, key: null, value: null, headers: {}, at: NOW }
const { id: executionId, projectId, workflowId, contactId } = anExecution()

function plan(...times: readonly (Date | null)[]) {
  return planEntered(times.map((asOf) => [NOW, asOf]))
}

function aDue(enteredAt: Date, asOf: Date | null): StepDue {
  const ids = { v: 1, executionId, projectId, workflowId, workflowVersion: 1, contactId } as const
  return { ...ids, stepId: stepId(1), seq: 1, enteredAt, ...(asOf && { asOf }) }
}

function planEntered(times: readonly (readonly [enteredAt: Date, asOf: Date | null])[], of = flow) {
  const at = stepAt(of, of === flow ? 'bye' : 'pause')
  const placed = times.map(([enteredAt, asOf]) => {
    return { due: aDue(enteredAt, asOf), source, compiled: of, at }
  })
  const reading = { contacts: new Map(), executions: new Map(), positions: new Map() }
  const deps = { renderer: createRenderer() }
  return planSteps(decideSteps(placed, { deps, reading, now: NOW, hand: null }), 't').map(
    ({ change }) => change,
  )
}

describe('Planning the steps of a batch', () => {
  const days = (count: number) => new Date(NOW.getTime() - count * 86_400_000)

  it('shares the change of equal outcomes', () => {
    const [first, second] = plan(null, null)
    assert.equal(first, second)
  })

  it('lets each that counts from its event keep its own time', () => {
    const times = [days(1), days(2), null, days(1)]
    const changes = plan(...times)
    assert.deepEqual(
      changes.map(({ entries: [entry] }) => entry?.asOf ?? null),
      times,
    )
    assert.equal(changes[0], changes[3])
  })

  it('claims no call for what a replay started without effects: its step is left at once', () => {
    const call = compiled(aDefinition({ call: ['WEBHOOK', { url: 'https://hooks.example/in' }] }))
    const contact = { ...aContact({ id: contactId }), applied: [] }
    const steps = (['skip', 'send'] as const).flatMap((effects) => {
      const executions = [1, 2].map((n) => anExecution({ id: `${effects}-${n}` as ExecutionId, effects }))
      const placed = executions.map(({ id, seq }) => ({
        ...{ source, compiled: call, at: stepAt(call, 'call') },
        due: { ...aDue(NOW, null), executionId: id, seq },
      }))
      const byId = new Map(executions.map((one) => [one.id, one]))
      const reading = { contacts: new Map([[contactId, contact]]), executions: byId, positions: byId }
      const deps = { renderer: createRenderer() }
      return planSteps(decideSteps(placed, { deps, reading, now: NOW, hand: null }), 't')
    })
    const [skipped, shared, claimed] = steps.map(({ change }) => change)
    assert.deepEqual(
      [skipped?.entries[0]?.status, skipped?.entries[0]?.reason, skipped?.state.status],
      ['SKIPPED', 'effects_skipped', 'COMPLETED'],
    )
    assert.equal(shared, skipped)
    assert.deepEqual([claimed?.entries, 'lease' in (claimed?.state ?? {})], [[], true])
  })

  it('lets none be left before it was entered, and shares the change of all others', () => {
    const entered = [days(1), days(-1), NOW].map((at) => [at, null] as const)
    const changes = planEntered(entered)
    assert.deepEqual(
      changes.map(({ entries: [entry] }) => entry?.at),
      [NOW, days(-1), NOW],
    )
    assert.equal(changes[0], changes[2])
  })

  it('shares the change of those that sleep as long from the same time on', () => {
    const changes = planEntered(
      [NOW, days(1), NOW].map((at) => [at, null] as const),
      pausing,
    )
    assert.deepEqual(
      changes.map(({ state }) => [state.enteredAt, 'dueAt' in state && state.dueAt]),
      [NOW, days(1), NOW].map((at) => [at, new Date(at.getTime() + 2 * 86_400_000)]),
    )
    assert.equal(changes[0], changes[2])
  })
})
