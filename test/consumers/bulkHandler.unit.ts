import assert from 'node:assert/strict'
import type { Batch, Handler, Verdict } from '../../consumers/batch.js'
import { createBulkHandler } from '../../consumers/steps/bulkHandler.js'
import { STEP_KINDS, type StepKind } from '../../src/workflow/step.js'

const AT = new Date('2026-01-01T00:00:00.000Z')
const ALIVE = { alive: () => true }

function batchOf(kinds: readonly (string | null)[]): Batch {
  const messages = kinds.map((kind, offset) => ({
    ...{ partition: 3, offset, key: null, value: null, at: AT },
    headers: kind === null ? {} : { kind },
  }))
  return { topic: 'steps.bulk', partition: 3, messages, highWatermark: kinds.length }
}

/** A bulk handler over handlers that answer as they are told, and what it handed to whom. */
function world(verdicts: Partial<Record<StepKind, Verdict>> = {}) {
  const handed: [StepKind, number[]][] = []
  const pieces: number[] = []
  const handlers = STEP_KINDS.map((kind): [StepKind, Handler] => [
    kind,
    async ({ messages }) => {
      handed.push([kind, messages.map(({ offset }) => offset)])
      return verdicts[kind] ?? { type: 'done' }
    },
  ])
  const handle = createBulkHandler({
    handlers: Object.fromEntries(handlers) as Record<StepKind, Handler>,
    liveWork: {
      makingWay: (work) => {
        pieces.push(handed.length)
        return work()
      },
    },
  })
  return { handed, pieces, run: (kinds: readonly (string | null)[]) => handle(batchOf(kinds), ALIVE) }
}

const MIXED = ['DELAY', 'EXIT', 'DELAY', 'WEBHOOK', 'EXIT']

describe('The handler of the bulk lane', () => {
  it('hands a batch on kind by kind, in one piece of work that makes way', async () => {
    const { run, handed, pieces } = world()
    assert.deepEqual(await run(MIXED), { type: 'done' })
    assert.deepEqual(handed, [
      ['DELAY', [0, 2]],
      ['EXIT', [1, 4]],
      ['WEBHOOK', [3]],
    ])
    assert.deepEqual(pieces, [0])
  })

  it('counts a prefix as handled where a kind leaves something, and goes no further', async () => {
    const { run, handed } = world({ DELAY: { type: 'partial', handled: 1, pauseMs: 0 } })
    assert.deepEqual(await run(MIXED), { type: 'partial', handled: 2, pauseMs: 0 })
    assert.deepEqual(handed, [
      ['DELAY', [0, 2]],
      ['EXIT', [1]],
    ])
  })

  it('keeps the pause of whoever stopped first in the order of messages', async () => {
    const later = world({
      WEBHOOK: { type: 'pause', ms: 500, reason: 'ahead' },
      EXIT: { type: 'partial', handled: 1, pauseMs: null },
    })
    assert.deepEqual(await later.run(MIXED), { type: 'partial', handled: 3, pauseMs: 500 })
    const first = world({ DELAY: { type: 'pause', ms: 500, reason: 'ahead' } })
    assert.deepEqual(await first.run(MIXED), { type: 'pause', ms: 500, reason: 'ahead' })
  })

  it('leaves rubbish without a kind to be parked, and rests before a kind that a newer process has sent', async () => {
    const { run, handed } = world()
    assert.deepEqual(await run([null]), { type: 'done' })
    assert.deepEqual(handed, [['EXIT', [0]]])
    await assert.rejects(run(['DELAY', 'SEND_SMS']), /UNKNOWN_MESSAGE_VERSION|no step kind SEND_SMS/)
    assert.equal(handed.length, 1)
  })
})
