import assert from 'node:assert/strict'
import { until } from '../support/engineWorld.js'
import { type LiveApi, startLiveApi } from '../support/liveApi.js'
import { httpSink, type Sink } from '../support/sink.js'

const CONTACTS = 12

describe('/metrics of a process that works', function () {
  this.timeout(120_000)
  let [api, hooks]: [LiveApi | null, Sink | null] = [null, null]
  before(async () => {
    hooks = await httpSink((_request, response) => response.end('{}'))
    api = await startLiveApi({ WEBHOOK_ALLOW: hooks.pair })
  })
  after(async () => {
    await api?.close()
    await hooks?.close()
  })

  /** Sums of the series that begin so. */
  async function figures(): Promise<(start: string) => number | null> {
    const text = await (await fetch(`${api?.url}/metrics`)).text()
    const rows = text.split('\n').filter((row) => row !== '' && !row.startsWith('#'))
    return (start) => {
      const found = rows.filter((row) => row.startsWith(start))
      return found.length === 0 ? null : found.reduce((sum, row) => sum + Number(row.split(' ').at(-1)), 0)
    }
  }

  it('counts and times what went through it', async () => {
    const step = (key: string, type: string, config: object) => ({
      key,
      type,
      name: key,
      position: { x: 0, y: 0 },
      config,
    })
    const body = {
      name: 'counted',
      triggerType: 'EVENT',
      triggerConfig: { eventName: 'signed_up' },
      steps: [
        step('nap', 'DELAY', { amount: 5, unit: 'seconds' }),
        step('call', 'WEBHOOK', { url: hooks?.url }),
        step('bye', 'EXIT', {}),
      ],
      transitions: [
        { from: 'trigger', to: 'nap', priority: 0 },
        { from: 'nap', to: 'call', priority: 0 },
        { from: 'call', to: 'bye', priority: 0 },
      ],
    }
    const made = await api?.call('POST', '/workflows/import', { body })
    await api?.call('PATCH', `/workflows/${made?.at('id')}`, { body: { enabled: true } })
    const events = Array.from({ length: CONTACTS }, (_, n) => ({
      name: 'signed_up',
      email: `c${n}@example.com`,
    }))
    assert.equal((await api?.call('POST', '/events', { body: events }))?.status, 202)
    await until(
      'all have ended',
      async () => (await figures())('millrace_executions_ended_total{status="COMPLETED"}') === CONTACTS,
      60_000,
    )
    const shows = await figures()
    const counted = {
      'millrace_events_total{delivery="first"}': CONTACTS,
      millrace_executions_started_total: CONTACTS,
      'millrace_steps_total{kind="DELAY",outcome="waiting"}': CONTACTS,
      'millrace_steps_total{kind="WEBHOOK",outcome="claimed"}': CONTACTS,
      'millrace_steps_total{kind="EXIT",outcome="completed"}': CONTACTS,
      'millrace_step_seconds_count{kind="WEBHOOK"}': CONTACTS,
      'millrace_timer_lateness_seconds_count{kind="DELAY"}': CONTACTS,
      'millrace_effects_total{kind="WEBHOOK",outcome="done"}': CONTACTS,
      'millrace_effect_seconds_count{kind="WEBHOOK",outcome="done"}': CONTACTS,
      millrace_sweeper_emitted_total: 0,
    }
    assert.deepEqual(Object.fromEntries(Object.keys(counted).map((start) => [start, shows(start)])), counted)
    assert.equal(shows('millrace_ready'), 1)
    assert.ok((shows('process_resident_memory_bytes') ?? 0) > 1e7)
  })

  it('shows lag and watermarks of every topic that is read, and comes to nought', async () => {
    await until('nothing is left to handle', async () => (await figures())('millrace_consumer_lag{') === 0)
    await until('the input is passed', async () => {
      const age = (await figures())('millrace_watermark_age_seconds')
      return age !== null && age < 60
    })
  })

  it('times answers by the pattern of their route', async () => {
    const shows = await figures()
    assert.ok((shows('millrace_http_seconds_count{method="POST",route="/events"') ?? 0) >= 1)
    assert.equal(shows('millrace_dead_letters_total'), null)
  })
})
