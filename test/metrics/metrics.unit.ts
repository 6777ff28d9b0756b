import assert from 'node:assert/strict'
import { createAnnouncer } from '../../src/events.js'
import { createMetrics } from '../../src/metrics.js'

/** Values by series, as `/metrics` shows them. */
function shownBy(text: string): Map<string, number> {
  const rows = text.split('\n').filter((row) => row !== '' && !row.startsWith('#'))
  return new Map(
    rows.map((row) => [row.slice(0, row.lastIndexOf(' ')), Number(row.slice(row.lastIndexOf(' ') + 1))]),
  )
}

describe('metrics', () => {
  const announcer = createAnnouncer()
  const registry = createMetrics(announcer)
  const show = async () => shownBy(await registry.metrics())

  it('begins at nought what the first event of a new system moves', async () => {
    const shown = await show()
    for (const series of [
      'millrace_events_total{delivery="first"}',
      'millrace_executions_started_total',
      'millrace_executions_ended_total{status="COMPLETED"}',
      'millrace_steps_total{kind="DELAY",outcome="waiting"}',
    ])
      assert.equal(shown.get(series), 0, series)
  })

  it('counts steps by kind and outcome, and executions by how they ended', async () => {
    announcer.announce('steps.handled', { kind: 'EXIT', outcome: 'completed', count: 3 })
    announcer.announce('steps.handled', { kind: 'EXIT', outcome: 'completed', count: 2 })
    announcer.announce('executions.started', { count: 7, workflowId: 'one of many' })
    announcer.announce('executions.ended', { count: 5, status: 'COMPLETED' })
    announcer.announce('events.recorded', { fresh: 7, repeated: 1 })
    const shown = await show()
    assert.equal(shown.get('millrace_steps_total{kind="EXIT",outcome="completed"}'), 5)
    assert.equal(shown.get('millrace_executions_started_total'), 7)
    assert.equal(shown.get('millrace_executions_ended_total{status="COMPLETED"}'), 5)
    assert.equal(shown.get('millrace_events_total{delivery="first"}'), 7)
    assert.equal(shown.get('millrace_events_total{delivery="repeated"}'), 1)
  })

  it('puts every step and every timer of a batch into its bucket', async () => {
    announcer.announce('steps.timed', { kind: 'CONDITION', ms: [1, 2, 20, 700_000] })
    announcer.announce('timers.timed', { kind: 'DELAY', ms: [0, 40] })
    announcer.announce('timers.timed', { kind: 'DELAY', ms: [400] })
    const shown = await show()
    const steps = (le: string) => shown.get(`millrace_step_seconds_bucket{kind="CONDITION",le="${le}"}`)
    assert.deepEqual(
      [steps('0.001'), steps('0.003'), steps('0.03'), steps('600'), steps('+Inf')],
      [1, 2, 3, 3, 4],
    )
    assert.equal(shown.get('millrace_step_seconds_count{kind="CONDITION"}'), 4)
    assert.equal(shown.get('millrace_step_seconds_sum{kind="CONDITION"}'), 700.023)
    const late = (le: string) => shown.get(`millrace_timer_lateness_seconds_bucket{kind="DELAY",le="${le}"}`)
    assert.deepEqual([late('0.001'), late('0.1'), late('1'), late('+Inf')], [1, 2, 3, 3])
  })

  it('counts tries of effects, which of them were repeats, and how long they took', async () => {
    const ids = { executionId: 'e', workflowId: 'w' }
    announcer.announce('effect.called', { kind: 'WEBHOOK', outcome: 'done', ms: 20, tries: 1, ...ids })
    announcer.announce('effect.called', { kind: 'WEBHOOK', outcome: 'retry', ms: 2_000, tries: 2, ...ids })
    const shown = await show()
    assert.equal(shown.get('millrace_effects_total{kind="WEBHOOK",outcome="done"}'), 1)
    assert.equal(shown.get('millrace_effect_repeats_total{kind="WEBHOOK"}'), 1)
    assert.equal(shown.get('millrace_effect_seconds_bucket{le="1",kind="WEBHOOK",outcome="retry"}'), 0)
    assert.equal(shown.get('millrace_effect_seconds_bucket{le="3",kind="WEBHOOK",outcome="retry"}'), 1)
  })

  it('shows the lag of the partitions that are ours, and no others', async () => {
    const lags = new Map([
      [0, 5],
      [1, 0],
    ])
    announcer.announce('topic.measured', { topic: 'timers', lags, ageMs: null })
    announcer.announce('topic.measured', { topic: 'events', lags, ageMs: 1_500 })
    assert.equal((await show()).get('millrace_consumer_lag{topic="timers",partition="0"}'), 5)
    assert.equal((await show()).get('millrace_watermark_age_seconds{topic="events"}'), 1.5)
    announcer.announce('topic.measured', { topic: 'timers', lags: new Map([[1, 9]]), ageMs: null })
    announcer.announce('topic.measured', { topic: 'events', lags: new Map(), ageMs: null })
    const shown = await show()
    assert.equal(shown.get('millrace_consumer_lag{topic="timers",partition="0"}'), undefined)
    assert.equal(shown.get('millrace_consumer_lag{topic="timers",partition="1"}'), 9)
    assert.equal(shown.get('millrace_watermark_age_seconds{topic="events"}'), undefined)
  })

  it('shows memory and the event loop without the monitor that wakes an idle process', async () => {
    const names = [...(await show()).keys()]
    assert.ok(names.includes('process_resident_memory_bytes'))
    assert.ok(names.includes('millrace_event_loop_delay_seconds_count'))
    assert.ok(!names.some((name) => name.startsWith('nodejs_eventloop_lag_p99')))
  })
})
