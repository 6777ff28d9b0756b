import type { ProjectId, WorkflowId } from '../../workflow/ids.js'
import type { Definition, Workflow } from '../../workflow/workflow.js'
import type { BulkResult, WorkflowQuery, WorkflowRow, WorkflowStore } from '../ports/workflows.js'
import { templateIdsOf } from '../templateIds.js'

/** What both sides of workflows share in memory. */
export interface MemoryWorkflows {
  readonly workflows: Map<WorkflowId, Workflow>
  readonly counters: Map<ProjectId, number>
  readonly versions: Map<string, Definition>
  readonly tombstones: Set<WorkflowId>
}

export function createMemoryState(): MemoryWorkflows {
  return { workflows: new Map(), counters: new Map(), versions: new Map(), tombstones: new Set() }
}

/** Counts live executions of a workflow; the memory twin has no store of its own to ask. */
export type CountExecutions = (id: WorkflowId) => { readonly executions: number; readonly active: number }

export function createMemoryWorkflows(state: MemoryWorkflows, count: CountExecutions): WorkflowStore {
  return {
    insert: async (projectId, workflow) => {
      write(state, projectId, { ...workflow, projectId })
    },
    get: async (projectId, id) => find(state, projectId, id),
    replace: async (projectId, workflow, revision) => {
      if (find(state, projectId, workflow.id)?.revision !== revision) return false
      write(state, projectId, { ...workflow, projectId })
      return true
    },
    remove: async (projectId, ids) => remove(state, count, projectId, ids),
    enable: async (projectId, ids, enabled, now) => enable(state, { projectId, ids, enabled, now }),
    list: async (projectId, query) => {
      const all = [...state.workflows.values()].filter((one) => matches(one, projectId, query))
      const page = all.sort(order(query)).slice(query.skip, query.skip + query.limit)
      return { rows: page.map((workflow) => rowOf(workflow, count)), total: all.length }
    },
    usesTemplate: async (projectId, templateId) =>
      [...state.workflows.values()].some(
        (one) => one.projectId === projectId && templateIdsOf(one.steps).includes(templateId),
      ),
  }
}

function find(state: MemoryWorkflows, projectId: ProjectId, id: WorkflowId): Workflow | null {
  const workflow = state.workflows.get(id)
  return workflow?.projectId === projectId ? workflow : null
}

function write(state: MemoryWorkflows, projectId: ProjectId, workflow: Workflow): void {
  state.workflows.set(workflow.id, workflow)
  raise(state, projectId)
}

function raise(state: MemoryWorkflows, projectId: ProjectId): void {
  state.counters.set(projectId, (state.counters.get(projectId) ?? 0) + 1)
}

function remove(
  state: MemoryWorkflows,
  count: CountExecutions,
  projectId: ProjectId,
  ids: readonly WorkflowId[],
): BulkResult {
  if (ids.some((id) => find(state, projectId, id) === null)) return 'unknown'
  if (ids.some((id) => count(id).active > 0)) return 'active'
  for (const id of ids) {
    state.workflows.delete(id)
    state.tombstones.add(id)
  }
  raise(state, projectId)
  return 'done'
}

interface Enabling {
  readonly projectId: ProjectId
  readonly ids: readonly WorkflowId[]
  readonly enabled: boolean
  readonly now: Date
}

function enable(state: MemoryWorkflows, { projectId, ids, enabled, now }: Enabling): 'done' | 'unknown' {
  const found = ids.flatMap((id) => find(state, projectId, id) ?? [])
  if (found.length < ids.length) return 'unknown'
  for (const workflow of found.filter((one) => one.enabled !== enabled)) {
    const enabledAt = enabled ? now : workflow.enabledAt
    const revision = workflow.revision + 1
    state.workflows.set(workflow.id, { ...workflow, enabled, enabledAt, revision, updatedAt: now })
  }
  raise(state, projectId)
  return 'done'
}

function matches(workflow: Workflow, projectId: ProjectId, { search, enabled }: WorkflowQuery): boolean {
  if (workflow.projectId !== projectId) return false
  if (enabled !== null && workflow.enabled !== enabled) return false
  const sought = search?.toLowerCase() ?? ''
  return [workflow.name, workflow.description ?? ''].some((text) => text.toLowerCase().includes(sought))
}

function order({ sort, dir }: WorkflowQuery): (a: Workflow, b: Workflow) => number {
  const sign = dir === 'asc' ? 1 : -1
  const compare = (a: Workflow, b: Workflow) => {
    if (a[sort] < b[sort]) return -1
    if (a[sort] > b[sort]) return 1
    return a.id < b.id ? -1 : 1
  }
  return (a, b) => sign * compare(a, b)
}

function rowOf(workflow: Workflow, count: CountExecutions): WorkflowRow {
  const { steps, transitions: _, ...settings } = workflow
  return { workflow: settings, counts: { steps: steps.length, ...count(workflow.id) } }
}
