import assert from 'node:assert/strict'
import fc from 'fast-check'
import { moveExecution } from '../../src/api/moveExecutions.js'
import { cancel } from '../../src/engine/cancel.js'
import { reopen } from '../../src/engine/reopen.js'
import type { Change } from '../../src/workflow/change.js'
import { type Execution, isEnded } from '../../src/workflow/execution.js'
import type { StepKind } from '../../src/workflow/step.js'
import { type ByHand, GRACE_MS, onlyOne, startByHand } from './byHand.js'
import type { Write } from './ledger.js'
import { drawPlan, type Plan, type PlanStep } from './plans.js'
import { createRandom } from './random.js'

const KINDS: readonly StepKind[] = [
  'CONDITION',
  'UPDATE_CONTACT',
  'DELAY',
  'WAIT_FOR_EVENT',
  'WAIT_FOR_EVENT',
]
/** Longer than the sweeper's grace. */
const LONG_MS = GRACE_MS + 10_000
/** Longer than all that befalls: a DELAY that is run too late would be over at once, which is another transition. */
const DELAY = { amount: 1, unit: 'days' }

/** What the waits can be answered by is there from the start, so that no order of messages decides anything. */
function timeless(step: PlanStep): PlanStep {
  if (step.type === 'DELAY') return { ...step, config: DELAY }
  return step.type === 'WAIT_FOR_EVENT' ? { ...step, config: { ...step.config, since: 'start' } } : step
}

function planOf(seed: number): Plan {
  const plan = drawPlan(createRandom(seed), 'w', KINDS)
  return { ...plan, allowReentry: true, steps: plan.steps.map(timeless) }
}

/** What may befall the messages of one execution. `which` picks from all that were ever sent. */
const befalling = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('deliver' as const),
        which: fc.array(fc.nat(), { maxLength: 4 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.nat({ max: 40_000 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('ring' as const, 'sweep' as const) }) },
  ),
  { maxLength: 30 },
)
type Befalling = (typeof befalling extends fc.Arbitrary<infer Value> ? Value : never)[number]

async function befall(hand: ByHand, what: Befalling): Promise<void> {
  switch (what.do) {
    case 'deliver': {
      const { sent } = hand
      return hand.deliver(what.which.flatMap((n) => sent[n % sent.length] ?? []))
    }
    case 'pass':
      return hand.pass(what.ms)
    case 'ring':
      return hand.ring()
    case 'sweep':
      return hand.sweep()
    default:
      return what satisfies never
  }
}

const seeds = fc.integer({ min: 1, max: 1_000_000 })

async function befallAll(hand: ByHand, list: readonly Befalling[]): Promise<void> {
  for (const what of list) await befall(hand, what)
}

/** Whatever was lost before: time, alarm clock, sweeper and the messages of now come to the end. */
async function finish(hand: ByHand): Promise<void> {
  for (let turn = 0; !isEnded(onlyOne(hand).state); turn++) {
    assert.ok(turn < 60, `never ends: ${JSON.stringify(onlyOne(hand).state)}`)
    const before = hand.sent.length
    const { state } = onlyOne(hand)
    hand.pass(state.status === 'WAITING' ? leftMs(hand, state.dueAt) : LONG_MS)
    await hand.ring()
    await hand.sweep()
    await hand.deliver(hand.sent.slice(before))
  }
}

function leftMs({ deps }: ByHand, dueAt: Date | null): number {
  return Math.max(0, (dueAt?.getTime() ?? 0) - deps.clock.now().getTime())
}

/** The document and its log, times aside. */
function told(hand: ByHand) {
  const { seq, state, context, history } = onlyOne(hand)
  const path = history.map(({ at: _, ...entry }) => entry)
  const log = hand.ledger.writes
    .filter((write) => write.before === undefined || hand.ledger.isTransition(write))
    .map(({ after }) => [after.seq, after.state.status, after.state.currentStepId])
  return { seq, status: state.status, context, path, log }
}

async function started(plan: Plan): Promise<ByHand> {
  const hand = await startByHand(plan)
  await hand.events([plan.eventName, 'paid', 'clicked'])
  return hand
}

/** As the API does it. */
async function move(hand: ByHand, decide: (execution: Execution) => Change | null): Promise<boolean> {
  const change = decide(onlyOne(hand))
  if (change === null) return false
  await moveExecution(
    hand.deps,
    async () => onlyOne(hand),
    () => change,
  )
  return true
}

/** What is wrong with one write to a document. */
function faultsOf({ before, after }: Write): string[] {
  if (before === undefined || before.seq === after.seq) return []
  const faults: string[] = []
  if (after.seq !== before.seq + 1) faults.push(`seq ${before.seq} became ${after.seq}`)
  if (isEnded(before.state)) faults.push(`${before.state.status} became ${after.state.status}`)
  return faults
}

describe('Messages in any order, repeated and lost', () => {
  it('come to the same document by the same transitions as in their order', () =>
    fc.assert(
      fc.asyncProperty(seeds, befalling, async (seed, list) => {
        const plan = planOf(seed)
        const straight = await started(plan)
        await straight.deliver(straight.sent)
        await finish(straight)
        const hand = await started(plan)
        await befallAll(hand, list)
        await finish(hand)
        assert.deepEqual(told(hand), told(straight))
      }),
      { numRuns: 200 },
    )).timeout(60_000)

  it('move an execution by one seq at a time, and nothing that has ended', () =>
    fc.assert(
      fc.asyncProperty(seeds, befalling, fc.option(fc.nat({ max: 30 })), async (seed, list, cancelAt) => {
        const hand = await started(planOf(seed))
        await befallAll(hand, list.slice(0, cancelAt ?? list.length))
        if (cancelAt !== null) await move(hand, (execution) => cancel(execution, 'enough', new Date(0)))
        await finish(hand)
        const end = onlyOne(hand)
        await hand.deliver(hand.sent)
        await befallAll(hand, list)
        assert.deepEqual([onlyOne(hand).seq, onlyOne(hand).state], [end.seq, end.state])
        assert.deepEqual(hand.ledger.writes.flatMap(faultsOf), [])
      }),
      { numRuns: 200 },
    )).timeout(60_000)

  it('leave what FAILED where it failed, until somebody asks for a retry', () =>
    fc.assert(
      fc.asyncProperty(seeds, befalling, async (seed, list) => {
        const { steps, ...rest } = planOf(seed)
        const broken: PlanStep = {
          ...{ key: 'broken', type: 'UPDATE_CONTACT', config: { data: { a: '{{ what }}' } } },
          next: { '*': steps[0]?.key ?? null },
        }
        const hand = await started({ ...rest, steps: [broken, ...steps] })
        await hand.deliver(hand.sent)
        const { state, seq } = onlyOne(hand)
        assert.equal(state.status, 'FAILED')
        await befallAll(hand, list)
        assert.deepEqual([onlyOne(hand).state, onlyOne(hand).seq], [state, seq])
        assert.equal(await move(hand, (execution) => cancel(execution, 'enough', new Date(0))), false)
        assert.equal(await move(hand, reopen), true)
        assert.deepEqual([onlyOne(hand).state.status, onlyOne(hand).seq], ['RUNNING', seq + 1])
      }),
      { numRuns: 100 },
    )).timeout(60_000)
})
