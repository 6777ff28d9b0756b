/** `npm run bench -- api`: lists and writes over HTTP, one call after the other, with many workflows and executions stored. */
import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import { line } from '../scripts/terminal.js'
import { makeWorkflow } from '../scripts/workflows.js'
import { EXECUTION_STATUSES } from '../src/workflow/execution.js'
import { fillExecutions, fillWorkflows } from './fillExecutions.js'
import { percentile } from './percentile.js'
import { openBench, type Run, stopped, withDatabase } from './stage.js'

const PAGE_50 = 'page=50'

export async function api(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      workflows: { type: 'string', default: '2000' },
      executions: { type: 'string', default: '50000' },
      calls: { type: 'string', default: '200' },
    },
  })
  const sizes = { workflows: Number(values.workflows), executions: Number(values.executions) }
  const bench = await openBench()
  try {
    const run = bench.fresh()
    await withDatabase(run, async (db) => {
      const millrace = await run.start({ ROLES: 'api' })
      const { id } = await makeWorkflow(run.api(millrace), PLAN)
      const fillMs = performance.now()
      await fillExecutions(db, await fillWorkflows(db, sizes.workflows), sizes.executions)
      line(`filled in ${((performance.now() - fillMs) / 1000).toFixed(0)} s`)
      const table = new Table({
        head: ['call', 'p50 ms', 'p99 ms', 'max ms'],
        style: { head: [], border: [] },
      })
      for (const call of callsOn(id))
        table.push(await measured(run, millrace.base, call, Number(values.calls)))
      line(`\n${sizes.workflows} workflows, ${sizes.executions} executions\n${table.toString()}`)
      await stopped(millrace)
    })
  } finally {
    await bench.close()
  }
}

const PLAN = {
  name: 'Welcome',
  eventName: 'signed_up',
  steps: { Wait: { type: 'DELAY', config: { amount: 3, unit: 'days' } }, Done: { type: 'EXIT', config: {} } },
  arrows: [
    ['trigger', 'Wait'],
    ['Wait', 'Done'],
  ],
} as const

interface ApiCall {
  readonly method: string
  readonly path: string
  readonly body?: object
}

function callsOn(id: string): ApiCall[] {
  const get = (path: string) => ({ method: 'GET', path })
  const executions = `/workflows/${id}/executions`
  return [
    ...[
      '',
      `?${PAGE_50}`,
      '?status=active',
      '?status=disabled',
      '?search=flow%201',
      '?sort=name&dir=asc',
    ].map((query) => get(`/workflows${query}`)),
    ...['', `?${PAGE_50}`, ...EXECUTION_STATUSES.map((status) => `?status=${status}`)].map((query) =>
      get(`${executions}${query}`),
    ),
    get(`${executions}?status=WAITING&${PAGE_50}`),
    get('/executions'),
    get(`/workflows/${id}`),
    get(`/workflows/${id}/stats`),
    { method: 'POST', path: '/workflows', body: { name: 'New', eventName: 'signed_up' } },
    { method: 'PATCH', path: `/workflows/${id}`, body: { description: 'changed' } },
    { method: 'POST', path: '/contacts', body: { email: 'ann@example.com', data: { plan: 'pro' } } },
  ]
}

async function measured(
  { keys }: Run,
  base: string,
  { method, path, body }: ApiCall,
  calls: number,
): Promise<(string | number)[]> {
  const headers = { authorization: `Bearer ${keys.secretKey}`, 'content-type': 'application/json' }
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  const took: number[] = []
  for (let n = 0; n < calls; n += 1) {
    const sentMs = performance.now()
    const answer = await fetch(`${base}${path}`, { method, headers, ...sent })
    await answer.arrayBuffer()
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}`)
    took.push(performance.now() - sentMs)
  }
  took.sort((a, b) => a - b)
  const shown = path.replace(/[0-9a-f-]{36}/, ':id')
  return [`${method} ${shown}`, ...[0.5, 0.99, 1].map((share) => percentile(took, share).toFixed(1))]
}
