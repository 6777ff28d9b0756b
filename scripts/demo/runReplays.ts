import { setTimeout as pause } from 'node:timers/promises'
import { line } from '../terminal.js'
import { makeWorkflow } from '../workflows.js'
import { type Counts, isRight, report, settledCounts } from './purchaseCounts.js'
import { purchasesWorkflow } from './purchases.js'
import type { Stage } from './stage.js'

/** All its events are recorded by then. */
const TIMEOUT_S = 5
const WITHIN_MS = 600_000
const EVERY_MS = 500

interface Replay {
  readonly id: string
  readonly status: string
  readonly scanned: number
  readonly matched: number
  readonly started: number
  readonly alreadyThere: number
  readonly skipped: number
  readonly error: string | null
}

/** Replays the purchases twice for a workflow that came after them: the same counts, and nothing doubled. */
export async function runReplays(stage: Stage): Promise<boolean> {
  const workflow = await makeWorkflow(stage.api, { ...purchasesWorkflow(TIMEOUT_S), name: 'Came later' })
  const first = await replay(stage, workflow.id)
  const counts = await ended(stage, workflow)
  report(counts)
  const second = await replay(stage, workflow.id)
  const after = await settledCounts(stage.api, workflow)
  const doubled = second.started > 0 || JSON.stringify(after) !== JSON.stringify(counts)
  line(doubled ? '  The second replay has doubled something.\n' : '  The second replay started nothing.\n')
  return isRight(counts) && first.started === counts.executions && !doubled
}

async function replay({ api }: Stage, workflowId: string): Promise<Replay> {
  const path = `/workflows/${workflowId}/replays`
  const began = Date.now()
  const wish = { from: '1990-01-01T00:00:00Z', mode: 'missing', ratePerSecond: 100_000 }
  let now = await api.post<Replay>(path, wish)
  while (now.status === 'RUNNING' && Date.now() - began < WITHIN_MS) {
    await pause(EVERY_MS)
    now = await api.get<Replay>(`${path}/${now.id}`)
  }
  const { status, scanned, matched, started, alreadyThere, skipped, error } = now
  const seconds = (Date.now() - began) / 1_000
  line(`  replay ${status}${error === null ? '' : `: ${error}`} in ${seconds.toFixed(1)} s`)
  line(`  ${Math.round(scanned / seconds)} events/s, ${Math.round(started / seconds)} starts/s`)
  line(
    `  scanned ${scanned}, matched ${matched}, started ${started}, there ${alreadyThere}, skipped ${skipped}`,
  )
  return now
}

async function ended(stage: Stage, workflow: Parameters<typeof settledCounts>[1]): Promise<Counts> {
  const until = Date.now() + WITHIN_MS
  for (;;) {
    const counts = await settledCounts(stage.api, workflow)
    if (isRight(counts) || Date.now() > until) return counts
  }
}
