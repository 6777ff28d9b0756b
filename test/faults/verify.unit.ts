import assert from 'node:assert/strict'
import { mongo } from 'mongoose'
import { broken } from '../../scripts/faults/counts.js'
import type { Flow } from '../../scripts/faults/flows.js'
import type { Published } from '../../scripts/faults/load.js'
import type { Seen } from '../../scripts/faults/seen.js'
import { type Evidence, verify } from '../../scripts/faults/verify.js'

const T = Date.parse('2026-01-01T00:00:00Z')
type Entry = readonly [name: string, branch: string | null, afterMs: number]
const PATHS: Readonly<Record<Flow, readonly Entry[]>> = {
  linear: [
    ['Call', 'success', 20],
    ['Done', null, 30],
  ],
  condition: [
    ['Is pro?', 'yes', 10],
    ['Mail', null, 20],
    ['Done', null, 30],
  ],
  delay: [
    ['Pause', null, 2_010],
    ['Call', 'success', 2_020],
    ['Done', null, 2_030],
  ],
  wait: [
    ['Answer?', 'event', 1_000],
    ['Call', 'success', 1_010],
    ['Done', null, 1_020],
  ],
}

const event = (flow: Flow, more: Partial<Published> = {}): Published => ({
  ...{ eventId: flow, flow, email: 'a@example.com', isPro: true, ackedMs: T },
  answer: flow === 'wait' ? { sentMs: T + 900, ackedMs: T + 950 } : null,
  ...more,
})

const ids = { linear: 1, condition: 2, delay: 3, wait: 4 }
const idOf = (flow: Flow) => new mongo.UUID(`00000000-0000-4000-8000-00000000000${ids[flow]}`)

function document(flow: Flow, path: readonly Entry[] = PATHS[flow], more: Partial<Seen> = {}): Seen {
  const history = [['trigger', null, 0] as Entry, ...path].map(([name, branch, afterMs]) => ({
    ...{ stepId: idOf(flow), key: name, type: 'EXIT' as const, name, branch },
    ...{ status: 'COMPLETED' as const, at: new Date(T + afterMs) },
  }))
  const at = new Date(T + (path.at(-1)?.[2] ?? 0))
  return {
    ...{ _id: idOf(flow), status: 'COMPLETED', seq: history.length, origin: ['event', flow] },
    ...{ history, startedAt: new Date(T), completedAt: at },
    ...more,
  } as Seen
}

const call = (flow: Flow, afterMs = 15) => ({
  identity: flow === 'condition' ? `<${idOf(flow)}.step@example.com>` : `${idOf(flow)}:step`,
  atMs: T + afterMs,
})

const FLOWS = ['linear', 'condition', 'delay', 'wait'] as const
const GOOD: Evidence = {
  published: FLOWS.map((flow) => event(flow)),
  documents: FLOWS.map((flow) => document(flow)),
  calls: FLOWS.map((flow) => call(flow)),
  ...{ spans: [], excuses: [], crashes: 0, unhurt: 0 },
}

const verdict = (more: Partial<Evidence>) => broken(verify({ ...GOOD, ...more }))
/** The good evidence with another document of one flow. */
const withDocument = (flow: Flow, other: Seen): Partial<Evidence> => ({
  documents: [...GOOD.documents.filter(({ origin }) => origin[1] !== flow), other],
})

describe('the verdict of the fault campaign', () => {
  it('finds nothing wrong where nothing is', () => {
    assert.deepEqual(verdict({}), [])
  })

  it('misses an execution, and sees one too many', () => {
    assert.deepEqual(verdict({ documents: GOOD.documents.slice(1) }), ['1 lost'])
    assert.deepEqual(verdict({ documents: [...GOOD.documents, document('linear')] }), ['1 extra'])
  })

  it('sees what stands still and what failed', () => {
    assert.deepEqual(verdict(withDocument('linear', document('linear', [], { status: 'WAITING' }))), [
      '1 stuck',
    ])
    assert.deepEqual(verdict(withDocument('linear', document('linear', [], { status: 'FAILED' }))), [
      '1 failed',
    ])
  })

  it('sees a step that was left twice, one that is missing, another path, a log out of order', () => {
    const wrong: (readonly [Flow, readonly Entry[]])[] = [
      ['linear', [['Call', 'success', 20], ...PATHS.linear]],
      ['linear', [['Done', null, 30]]],
      [
        'condition',
        [
          ['Is pro?', 'no', 10],
          ['Mark', null, 20],
          ['Done', null, 30],
        ],
      ],
      [
        'linear',
        [
          ['Call', 'success', 20],
          ['Done', null, 10],
        ],
      ],
    ]
    for (const [flow, path] of wrong)
      assert.deepEqual(verdict(withDocument(flow, document(flow, path))), ['1 doubled'])
  })

  it('sees a time-out that was taken though the answer was there', () => {
    const timedOut: Entry[] = [
      ['Answer?', 'timeout', 12_010],
      ['Done', null, 12_020],
    ]
    assert.deepEqual(verdict(withDocument('wait', document('wait', timedOut))), ['1 missed'])
  })

  it('sees timers that ended before their time', () => {
    const paused: Entry[] = [
      ['Pause', null, 1_999],
      ['Call', 'success', 2_020],
      ['Done', null, 2_030],
    ]
    assert.deepEqual(verdict(withDocument('delay', document('delay', paused))), ['1 early'])
    const timedOut: Entry[] = [
      ['Answer?', 'timeout', 11_990],
      ['Done', null, 12_000],
    ]
    const early = withDocument('wait', document('wait', timedOut))
    const published = FLOWS.map((flow) => event(flow, flow === 'wait' ? { answer: null } : {}))
    assert.deepEqual(verdict({ ...early, published }), ['1 early'])
  })

  it('sees a call that nobody received', () => {
    assert.deepEqual(verdict({ calls: GOOD.calls.slice(1) }), ['1 uncalled'])
    assert.deepEqual(verdict({ calls: GOOD.calls.filter(({ identity }) => !identity.includes('<')) }), [
      '1 uncalled',
    ])
  })

  it('excuses a repeat by a fault that was near its first call, and by nothing else', () => {
    const calls = [...GOOD.calls, call('linear', 8_000)]
    const fault = (afterMs: number) => [{ fromMs: T + afterMs, toMs: T + afterMs }]
    assert.deepEqual(verdict({ calls, excuses: fault(1_000) }), [])
    assert.deepEqual(verdict({ calls, excuses: [] }), ['1 inexcusable', '1 repeats, at most 0 excusable'])
    assert.deepEqual(verdict({ calls, excuses: fault(8_000) }), ['1 inexcusable'])
  })

  it('says so where nothing was proved', () => {
    assert.deepEqual(verdict({ published: [], documents: [], calls: [] }), ['no events: nothing was proved'])
    assert.deepEqual(verdict({ unhurt: 1 }), ['1 unhurt'])
  })
})
