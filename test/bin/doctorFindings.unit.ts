import assert from 'node:assert/strict'
import { judgeClock, judgeLag, judgeProgress } from '../../bin/doctor/findings.js'
import type { TopicFacts } from '../../producers/inspectTopics.js'
import { createTopology } from '../../src/topology.js'

const topology = createTopology({ prefix: 't.', contactEvents: null, partitions: 2, retentionDays: 1 })

function facts(
  topic: TopicFacts['topic'],
  ...places: [low: number, high: number, committed: number | null][]
): TopicFacts {
  return {
    topic,
    there: null,
    places: places.map(([low, high, committed], partition) => ({ partition, low, high, committed })),
  }
}

describe('what the doctor makes of facts', () => {
  it('counts lag from where a group stands, or from the first message', () => {
    const [finding] = judgeLag([facts(topology.contactEvents, [0, 10, 7], [5, 10, null])])
    assert.equal(finding?.state, 'ok')
    assert.equal(finding?.found, '8 messages to handle')
  })

  it('warns of much lag, and says nothing of topics that people read', () => {
    const [finding] = judgeLag([
      facts(topology.timers, [0, 10_001, 0]),
      facts(topology.deadLetters, [0, 99_999, null]),
    ])
    assert.equal(finding?.state, 'warning')
    assert.match(finding?.found ?? '', /t.timers: 10001 messages/)
  })

  it('calls it a problem when retention took what was not handled', () => {
    const [finding] = judgeLag([facts(topology.steps.DELAY, [9, 10, 3], [0, 0, 0])])
    assert.equal(finding?.state, 'problem')
    assert.match(finding?.found ?? '', /partition 0 that were not handled/)
  })

  it('tells clocks apart by a second and a minute', () => {
    assert.equal(judgeClock('Kafka', 20).state, 'ok')
    assert.equal(judgeClock('Kafka', -2_000).state, 'warning')
    assert.match(judgeClock('Kafka', -2_000).found, /2000 ms behind/)
    assert.equal(judgeClock('MongoDB', 3_600_000).state, 'problem')
  })

  it('misses a partition that was not passed lately, or never', () => {
    const now = new Date(1_000_000)
    const passed = new Map([
      [0, new Date(999_000)],
      [1, new Date(900_000)],
    ])
    assert.equal(judgeProgress(1, passed, now).state, 'ok')
    assert.match(judgeProgress(3, passed, now).found, /partition 1, 2 /)
  })
})
