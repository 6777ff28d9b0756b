import { setTimeout as pause } from 'node:timers/promises'
import type { ApiClient } from '../apiClient.js'
import { line, tableOf } from '../terminal.js'
import type { MadeWorkflow } from '../workflows.js'

/** `GET …/stats` is at most 10 s old. */
const STATS_AGE_MS = 15_000
const EVERY_MS = 500

/** What a right engine finds in the whole file. */
export const EXPECTED = { executions: 23_570, yes: 3_993, event: 11_662, timeout: 11_908 }
export type Counts = Record<keyof typeof EXPECTED, number>

/** Statistics may be some seconds old: asked until they are right, or could not become so any more. */
export async function settledCounts(api: ApiClient, workflow: MadeWorkflow): Promise<Counts> {
  const deadline = Date.now() + STATS_AGE_MS
  for (;;) {
    const counts = await countsOf(api, workflow)
    if (isRight(counts) || Date.now() > deadline) return counts
    await pause(EVERY_MS)
  }
}

export function isRight(counts: Counts): boolean {
  return (Object.keys(EXPECTED) as (keyof Counts)[]).every((key) => counts[key] === EXPECTED[key])
}

interface Stats {
  readonly byStatus: Readonly<Record<string, number>>
  readonly steps: readonly { readonly stepId: string; readonly branches: Readonly<Record<string, number>> }[]
}

async function countsOf(api: ApiClient, workflow: MadeWorkflow): Promise<Counts> {
  const { byStatus, steps } = await api.get<Stats>(`/workflows/${workflow.id}/stats`)
  const branches = (key: string) => steps.find(({ stepId }) => stepId === workflow.steps[key])?.branches ?? {}
  const executions = Object.values(byStatus).reduce((sum, count) => sum + count, 0)
  const { event = 0, timeout = 0 } = branches('Again')
  return { executions, yes: branches('Big')['yes'] ?? 0, event, timeout }
}

export function report(counts: Counts): void {
  const table = tableOf(['', 'found', 'in the file'])
  for (const key of Object.keys(EXPECTED) as (keyof Counts)[]) table.push([key, counts[key], EXPECTED[key]])
  line(`\n${table.toString()}`)
}
