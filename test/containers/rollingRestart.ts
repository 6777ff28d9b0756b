/**
 * Restarts the engine's containers one after the other, again and again, while events come in, and looks at what
 * became of every event: nothing may be stuck, nothing doubled. With `--kill` they die instead of stopping.
 *
 *   node dist/test/containers/rollingRestart.js [--rate 30] [--seconds 90] [--kill]
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import pLimit from 'p-limit'
import { type ApiClient, createApiClient } from '../../scripts/apiClient.js'
import { type ExecutionRow, listExecutions } from '../../scripts/demo/watch.js'
import { newKey } from '../../scripts/keys.js'
import { runScript } from '../../scripts/lifetime.js'
import { line, seconds } from '../../scripts/terminal.js'
import { makeWorkflow, type WorkflowPlan } from '../../scripts/workflows.js'
import { openSystem, type System } from './system.js'

const PLAN: WorkflowPlan = {
  name: 'Through a rolling restart',
  eventName: 'rolled',
  // A doubled event would start a second execution.
  allowReentry: true,
  steps: {
    Free: { type: 'CONDITION', config: { field: 'event.plan', operator: 'equals', value: 'free' } },
    Mark: { type: 'UPDATE_CONTACT', config: { data: { seen: true } } },
    'A moment': { type: 'DELAY', config: { amount: 2, unit: 'seconds' } },
    Call: { type: 'WEBHOOK', config: { url: 'http://sink:8080/' } },
    Done: { type: 'EXIT', config: { reason: 'done' } },
  },
  arrows: [
    ['trigger', 'Free'],
    ['Free', 'Mark', 'yes'],
    ['Mark', 'A moment'],
    ['A moment', 'Call'],
    ['Call', 'Done'],
  ],
}
const STEPS = 6
const SETTLE_WITHIN_MS = 180_000
const AT_ONCE = 20

interface Wish {
  readonly rate: number
  readonly seconds: number
  readonly kill: boolean
}

function readWish(): Wish {
  const { values } = parseArgs({
    options: {
      rate: { type: 'string', default: '30' },
      seconds: { type: 'string', default: '90' },
      kill: { type: 'boolean', default: false },
    },
  })
  return { rate: Number(values.rate), seconds: Number(values.seconds), kill: values.kill }
}

/** As a producer should: again with the same id for as long as the answer is not an acknowledgement. */
async function publish(api: ApiClient, email: string): Promise<void> {
  const event = { event: 'rolled', eventId: email, email, data: { plan: 'free' } }
  const deadline = Date.now() + SETTLE_WITHIN_MS
  for (;;) {
    const error = await api.post('/v1/track', event).then(
      () => null,
      (reason: unknown) => reason,
    )
    if (error === null) return
    if (Date.now() > deadline) throw error
    await pause(1_000)
  }
}

/** One event for each contact, at a steady rate; gives the number of those that were acknowledged: all. */
async function load(api: ApiClient, { rate, seconds }: Wish): Promise<number> {
  const run = randomUUID().slice(0, 8)
  const sends: Promise<PromiseSettledResult<void>[]>[] = []
  for (let second = 0; second < seconds; second++) {
    const emails = Array.from({ length: rate }, (_, n) => `rolled-${run}-${second}-${n}@example.com`)
    sends.push(Promise.allSettled(emails.map((email) => publish(api, email))))
    await pause(1_000)
  }
  const failed = (await Promise.all(sends)).flat().filter(({ status }) => status === 'rejected')
  if (failed.length > 0) throw new Error(`${failed.length} events were never acknowledged.`)
  return rate * seconds
}

async function rollUntil(system: System, kill: boolean, over: () => boolean): Promise<number> {
  let restarts = 0
  while (!over()) {
    for (const engine of await system.engines()) {
      const { stopMs, healthyMs } = await system.restart(engine, kill)
      restarts++
      line(
        `  ${engine}: ${kill ? 'killed' : `stopped in ${seconds(stopMs)}`}, healthy in ${seconds(healthyMs)}`,
      )
    }
  }
  return restarts
}

async function settled(api: ApiClient, workflowId: string, count: number): Promise<ExecutionRow[]> {
  const deadline = Date.now() + SETTLE_WITHIN_MS
  for (;;) {
    const rows = await listExecutions(api, workflowId)
    const done = rows.filter(({ status }) => status === 'COMPLETED').length
    if (done >= count || Date.now() > deadline) return rows
    await pause(1_000)
  }
}

interface Detail {
  readonly stepExecutions: readonly { readonly step: { readonly name: string } }[]
}

/** Executions that went through a step twice, or left one out. */
async function wrongPaths(
  api: ApiClient,
  workflowId: string,
  rows: readonly ExecutionRow[],
): Promise<number> {
  const limit = pLimit(AT_ONCE)
  const isWrong = async ({ id }: ExecutionRow): Promise<boolean> => {
    const { stepExecutions } = await api.get<Detail>(`/workflows/${workflowId}/executions/${id}`)
    return (
      stepExecutions.length !== STEPS || new Set(stepExecutions.map(({ step }) => step.name)).size !== STEPS
    )
  }
  const wrong = await Promise.all(rows.map((row) => limit(() => isWrong(row))))
  return wrong.filter((one) => one).length
}

async function play(system: System, api: ApiClient, wish: Wish): Promise<boolean> {
  const workflow = await makeWorkflow(api, PLAN)
  let over = false
  const loading = load(api, wish).finally(() => {
    over = true
  })
  const [events, restarts] = await Promise.all([loading, rollUntil(system, wish.kill, () => over)])
  const rows = await settled(api, workflow.id, events)
  const calls = await system.calls()
  const contacts = new Set(rows.map(({ contact }) => contact?.email)).size
  const stuck = events - rows.filter(({ status }) => status === 'COMPLETED').length
  const doubled = rows.length - contacts
  const wrong = await wrongPaths(api, workflow.id, rows)
  const repeated = calls.length - new Set(calls).size
  line(`\n  ${events} events, ${restarts} restarts, ${rows.length} executions of ${contacts} contacts`)
  line(`  ${stuck} stuck, ${doubled} doubled, ${wrong} with a wrong path`)
  line(
    `  ${calls.length} calls came in for ${new Set(calls).size} executions, ${repeated} of them repeated\n`,
  )
  const called = new Set(calls).size === events && (wish.kill || repeated === 0)
  return stuck === 0 && doubled === 0 && wrong === 0 && called && restarts > 1
}

await runScript(async () => {
  const wish = readWish()
  const secretKey = newKey('sk')
  const system = await openSystem(secretKey)
  try {
    const ok = await play(system, createApiClient(system.base, secretKey), wish)
    line(ok ? '  Nothing stuck, nothing doubled.' : '  Something is wrong: see above.')
    return ok ? 0 : 1
  } finally {
    await system.close()
  }
})
