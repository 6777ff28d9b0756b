/** `npm run bench -- conditions`: how many conditions one core decides a second; needs no services. */
import { parseArgs } from 'node:util'
import { line, tableOf } from '../scripts/terminal.js'
import { type ConditionConfig, decideCondition } from '../src/workflow/condition.js'
import type { JsonObject } from '../src/workflow/json.js'

const DATA: JsonObject = {
  contact: {
    id: 'c1',
    email: 'ada@example.org',
    subscribed: true,
    data: { plan: 'pro', seats: '12', since: '2026-01-01T08:00:00Z', tags: ['new', 'paying'] },
  },
  event: { amount: 40 },
}

const CONDITIONS: Readonly<Record<string, ConditionConfig>> = {
  equals: { field: 'contact.data.plan', operator: 'equals', value: 'pro' },
  'equals, e-mail': { field: 'contact.email', operator: 'equals', value: 'Ada@example.org' },
  contains: { field: 'contact.data.tags', operator: 'contains', value: 'paying' },
  'greaterThan, numeric text': { field: 'contact.data.seats', operator: 'greaterThan', value: 10 },
  'lessThan, dates': { field: 'contact.data.since', operator: 'lessThan', value: '2026-05-01' },
  exists: { field: 'event.amount', operator: 'exists' },
  'multi, ten branches': {
    mode: 'multi',
    field: 'contact.data.plan',
    branches: [...'abcdefghij'].map((id) => ({ id, name: id, operator: 'equals', value: id })),
  },
  rule: {
    rule: { and: [{ '==': [{ var: 'contact.data.plan' }, 'pro'] }, { '>': [{ var: 'event.amount' }, 9] }] },
  },
}

const CHUNK = 1_000

export async function conditions(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { ms: { type: 'string', default: '1000' } } })
  const table = tableOf(['condition', 'decided/s'])
  for (const [name, config] of Object.entries(CONDITIONS)) {
    ratePerSecond(config, Number(values.ms) / 4)
    table.push([name, Math.round(ratePerSecond(config, Number(values.ms))).toLocaleString('en')])
  }
  line(table.toString())
}

function ratePerSecond(config: ConditionConfig, ms: number): number {
  const began = performance.now()
  let decided = 0
  while (performance.now() - began < ms) {
    for (let i = 0; i < CHUNK; i++) decideCondition(config, DATA)
    decided += CHUNK
  }
  return (decided / (performance.now() - began)) * 1000
}
