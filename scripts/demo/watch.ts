import { setTimeout as pause } from 'node:timers/promises'
import type { ApiClient } from '../apiClient.js'
import { line, tableOf } from '../terminal.js'

export interface ExecutionRow {
  readonly id: string
  readonly status: string
  readonly exitReason: string | null
  readonly contact: { readonly email: string } | null
  readonly currentStep: { readonly name: string } | null
}

interface Page {
  readonly data: readonly ExecutionRow[]
  readonly total: number
  readonly totalPages: number
}

const EVERY_MS = 500

/** All executions of a workflow, page by page. */
export async function listExecutions(api: ApiClient, workflowId: string): Promise<ExecutionRow[]> {
  const rows: ExecutionRow[] = []
  for (let page = 1; ; page++) {
    const answer = await api.get<Page>(`/workflows/${workflowId}/executions?page=${page}&pageSize=100`)
    rows.push(...answer.data)
    if (page >= answer.totalPages) return rows
  }
}

function placeOf(row: ExecutionRow): string {
  return row.currentStep === null ? `${row.status} ${row.exitReason ?? ''}`.trim() : row.currentStep.name
}

/** One line a look: how many executions stand where. */
function picture(rows: readonly ExecutionRow[]): string {
  const counts = new Map<string, number>()
  for (const row of rows) counts.set(placeOf(row), (counts.get(placeOf(row)) ?? 0) + 1)
  return [...counts]
    .sort()
    .map(([place, count]) => `${place}: ${count}`)
    .join('   ')
}

/** Shows the executions moving until `count` of them have ended, or the time is over. */
export async function watchUntilEnded(
  api: ApiClient,
  workflowId: string,
  count: number,
  withinMs: number,
): Promise<ExecutionRow[]> {
  const began = Date.now()
  let shown = ''
  for (;;) {
    const rows = await listExecutions(api, workflowId)
    const now = picture(rows)
    if (now !== shown) line(`  ${((Date.now() - began) / 1000).toFixed(1).padStart(5)} s   ${now}`)
    shown = now
    const ended = rows.filter(({ status }) => ['COMPLETED', 'FAILED', 'CANCELLED'].includes(status))
    if (ended.length >= count || Date.now() - began > withinMs) return rows
    await pause(EVERY_MS)
  }
}

interface StepExecution {
  readonly step: { readonly name: string; readonly type: string }
  readonly status: string
  readonly branch: string | null
  readonly startedAt: string
  readonly completedAt: string | null
}

/** One execution's steps as a table, with the time that each took. */
export async function timelineOf(api: ApiClient, workflowId: string, executionId: string): Promise<string> {
  const { stepExecutions } = await api.get<{ stepExecutions: StepExecution[] }>(
    `/workflows/${workflowId}/executions/${executionId}`,
  )
  const table = tableOf(['step', 'kind', 'status', 'branch', 'entered', 'took'])
  for (const { step, status, branch, startedAt, completedAt } of stepExecutions) {
    const took = completedAt === null ? '' : `${Date.parse(completedAt) - Date.parse(startedAt)} ms`
    table.push([step.name, step.type, status, branch ?? '', startedAt.slice(11, 23), took])
  }
  return table.toString()
}
