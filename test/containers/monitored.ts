/**
 * Brings up the whole system with Prometheus beside it, lets some executions through, and looks at what an operator
 * would see: every process is scraped, every rule is loaded, every panel of the dashboard shows something; then the
 * engines are stopped, and the alert for that fires.
 *
 *   node dist/test/containers/monitored.js
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createApiClient } from '../../scripts/apiClient.js'
import { listExecutions } from '../../scripts/demo/watch.js'
import { newKey } from '../../scripts/keys.js'
import { runScript } from '../../scripts/lifetime.js'
import { eventually } from '../../scripts/services/probe.js'
import { line, sentence } from '../../scripts/terminal.js'
import { makeWorkflow, type WorkflowPlan } from '../../scripts/workflows.js'
import { openSystem, type System } from './system.js'

const SERVICES = ['api', 'engine', 'sink', 'prometheus']
const PROCESSES = 3
const EVENTS = 60
const SEEN_WITHIN_MS = 120_000
const FIRES_WITHIN_MS = 240_000
const DASHBOARD = fileURLToPath(new URL('../../../deploy/grafana/dashboards/millrace.json', import.meta.url))
/** Panels that are empty as long as nothing is wrong. */
const TROUBLE = [
  ...['Should be nought', 'Alerts that fire', 'Repeats', 'Messages without effect'],
  ...['Pauses and rebalances', 'Dead letters'],
]

const PLAN: WorkflowPlan = {
  name: 'Watched',
  eventName: 'watched',
  steps: {
    'A moment': { type: 'DELAY', config: { amount: 1, unit: 'seconds' } },
    Call: { type: 'WEBHOOK', config: { url: 'http://sink:8080/' } },
    Done: { type: 'EXIT', config: { reason: 'done' } },
  },
  arrows: [
    ['trigger', 'A moment'],
    ['A moment', 'Call'],
    ['Call', 'Done'],
  ],
}

interface Dashboard {
  readonly panels: readonly {
    readonly title: string
    readonly targets?: readonly { readonly expr: string }[]
  }[]
}
interface Targets {
  readonly activeTargets: readonly {
    readonly health: string
    readonly labels: { readonly instance: string }
  }[]
}
interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { readonly name: string; readonly health: string }[]
  }[]
}
interface Alerts {
  readonly alerts: readonly { readonly labels: { readonly alertname: string }; readonly state: string }[]
}

async function ask<T>({ prometheus }: System, path: string): Promise<T> {
  const response = await fetch(`${prometheus}/api/v1/${path}`)
  const { data, error } = (await response.json()) as { data: T; error?: string }
  if (!response.ok) throw new Error(`Prometheus refuses ${path}: ${error}`)
  return data
}

async function mustCome(what: string, withinMs: number, come: () => Promise<boolean>): Promise<void> {
  let last = ''
  const probe = (): Promise<boolean> =>
    come().catch((error: unknown) => {
      last = ` ${sentence(error)}`
      return false
    })
  if (!(await eventually(probe, withinMs)))
    throw new Error(`Not within ${withinMs / 1000} s: ${what}.${last}`)
  line(`  ${what}`)
}

async function letThrough(system: System, key: string): Promise<void> {
  const api = createApiClient(system.base, key)
  const { id } = await makeWorkflow(api, PLAN)
  const events = Array.from({ length: EVENTS }, (_, n) => ({ name: 'watched', email: `w${n}@example.com` }))
  await api.post('/events', events)
  await mustCome(`${EVENTS} executions have come to their end`, SEEN_WITHIN_MS, async () => {
    const rows = await listExecutions(api, id)
    return rows.filter(({ status }) => status === 'COMPLETED').length === EVENTS
  })
}

/** Titles of panels that show nothing. */
async function emptyPanels(system: System): Promise<string[]> {
  const { panels } = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as Dashboard
  const empty: string[] = []
  for (const { title, targets = [] } of panels) {
    for (const { expr } of targets) {
      const query = encodeURIComponent(expr.replaceAll('$__rate_interval', '40s'))
      const { result } = await ask<{ result: readonly unknown[] }>(system, `query?query=${query}`)
      if (result.length === 0) empty.push(title)
    }
  }
  return [...new Set(empty)]
}

async function look(system: System): Promise<void> {
  await mustCome(`${PROCESSES} processes are scraped`, SEEN_WITHIN_MS, async () => {
    const { activeTargets } = await ask<Targets>(system, 'targets')
    return activeTargets.filter(({ health }) => health === 'up').length === PROCESSES
  })
  await mustCome('every rule is loaded and can be evaluated', SEEN_WITHIN_MS, async () => {
    const rules = (await ask<Rules>(system, 'rules')).groups.flatMap((group) => group.rules)
    return rules.length > 0 && rules.every(({ health }) => health === 'ok')
  })
  await mustCome('every panel shows something, but those of trouble', SEEN_WITHIN_MS, async () => {
    const empty = await emptyPanels(system)
    return empty.every((title) => TROUBLE.includes(title))
  })
}

await runScript(async () => {
  const key = newKey('sk')
  const system = await openSystem(key, SERVICES)
  try {
    await letThrough(system, key)
    await look(system)
    await system.runIn('prometheus', ['promtool', 'test', 'rules', '/etc/prometheus/alerts.test.yml'])
    line('  the rules fire when they should')
    await system.stopEngines()
    await mustCome('without engines MillraceNoEngine fires', FIRES_WITHIN_MS, async () => {
      const { alerts } = await ask<Alerts>(system, 'alerts')
      return alerts.some(({ labels, state }) => labels.alertname === 'MillraceNoEngine' && state === 'firing')
    })
    return 0
  } finally {
    await system.close()
  }
})
