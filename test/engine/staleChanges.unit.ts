import assert from 'node:assert/strict'
import fc from 'fast-check'
import { advance, type Place } from '../../src/engine/advance.js'
import { cancel } from '../../src/engine/cancel.js'
import { reopen } from '../../src/engine/reopen.js'
import { resumeDue } from '../../src/engine/resume.js'
import type { Outcome } from '../../src/steps/definition.js'
import { applyChanges } from '../../src/store/applyChanges.js'
import { createMemoryExecutionStore } from '../../src/store/memory/executions.js'
import type { Change } from '../../src/workflow/change.js'
import { type Execution, isEnded } from '../../src/workflow/execution.js'
import type { StepId } from '../../src/workflow/ids.js'
import { aDefinition, compiled, stepAt } from '../support/definitions.js'
import { aMoving, anExecution, NOW } from '../support/executionValues.js'
import { someFacts } from '../support/facts.js'

const KEYS = ['a', 'b', 'c', 'd']
const flow = compiled(
  aDefinition(
    Object.fromEntries(KEYS.map((key) => [key, ['CONDITION']])),
    KEYS.slice(1).map((key, n) => [KEYS[n] ?? '', key]),
  ),
)
const until = new Date('2030-01-01T00:00:00.000Z')

const OUTCOMES: readonly Outcome[] = [
  { type: 'done', branch: null },
  { type: 'sleep', until },
  { type: 'wait', names: ['x'], since: 'step', until: null },
  { type: 'call', timeoutMs: 1_000, host: null, retries: 1 },
  { type: 'fail', error: { code: 'BAD', message: 'bad' } },
  { type: 'exit', reason: 'enough' },
]

/** What may be decided on a document, whoever decides. */
const decision = fc.oneof(
  fc.constantFrom(...OUTCOMES).map((outcome) => (execution: Execution, token: string) => {
    return isEnded(execution.state) ? null : advance(placeOf(execution, token), outcome)
  }),
  fc.constant((execution: Execution, token: string) => {
    return isEnded(execution.state) ? null : resumeDue(placeOf(execution, token), execution)
  }),
  fc.constant((execution: Execution) => cancel(execution, 'why', NOW)),
  fc.constant(reopen),
)

function placeOf({ state }: Execution, token: string): Place {
  const at = stepAt(flow, String(state.currentStepId))
  return { compiled: flow, at, facts: someFacts(), tries: state.tries, token }
}

/** Decisions on any version of the document that ever was, written one after the other. */
const decisions = fc.array(fc.record({ decide: decision, version: fc.nat() }), { maxLength: 40 })

function begin(): Execution {
  return anExecution({ seq: 0, state: aMoving({ currentStepId: 'a' as StepId, kind: 'CONDITION' }) })
}

describe('Changes decided on documents as they once were', () => {
  it('count only where the document is still that one: seq rises by one, what ended stays, but for a retry', () =>
    fc.assert(
      fc.asyncProperty(decisions, async (list) => {
        const store = createMemoryExecutionStore({ now: () => NOW })
        const versions = [begin()]
        await store.insert(versions)
        for (const [turn, { decide, version }] of list.entries()) {
          const seen = versions[version % versions.length] ?? begin()
          const change = decide(seen, `token ${turn}`)
          if (change !== null) await write(store, versions, { seen, change, by: `batch ${turn}` })
        }
      }),
      { numRuns: 500 },
    )).timeout(60_000)
})

async function write(
  executions: ReturnType<typeof createMemoryExecutionStore>,
  versions: Execution[],
  { seen, change, by }: { readonly seen: Execution; readonly change: Change; readonly by: string },
): Promise<void> {
  const before = versions.at(-1) ?? begin()
  const deps = { executions, clock: { now: () => NOW } }
  const [moved] = await applyChanges(deps, [{ execution: seen, change }], by)
  const [after] = await executions.read([seen.id])
  assert.equal(moved !== undefined, seen === before)
  if (moved === undefined) return assert.deepEqual(after, before)
  assert.equal(moved.seq, before.seq + 1)
  assert.ok(!['COMPLETED', 'CANCELLED'].includes(before.state.status))
  if (before.state.status === 'FAILED') assert.equal(moved.state.status, 'RUNNING')
  assert.deepEqual(after, moved)
  versions.push(moved)
}
