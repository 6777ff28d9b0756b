import { type Execution, type HistoryEntry, isEnded } from '../../workflow/execution.js'
import type { ContactId, ExecutionId, ProjectId, StepId, WorkflowId } from '../../workflow/ids.js'
import type {
  ActiveQuery,
  ExecutionDirectory,
  ExecutionPlace,
  ExecutionRow,
  PageQuery,
  StepName,
  StepRef,
  WalkQuery,
} from '../ports/executionDirectory.js'
import type { MemoryWorkflows } from './workflows.js'

type Table = Map<ExecutionId, Execution>

/** The memory twin, over the table of the engine's side and the workflows. */
export function createMemoryExecutionDirectory(table: Table, state: MemoryWorkflows): ExecutionDirectory {
  const all = (projectId: ProjectId) =>
    [...table.values()].filter((one) => one.projectId === projectId).sort(newestFirst)
  const within = (projectId: ProjectId, workflowId: WorkflowId, ids: readonly ExecutionId[]) =>
    all(projectId).filter((one) => one.workflowId === workflowId && ids.includes(one.id))
  return {
    page: async (projectId, query) => {
      const chosen = all(projectId).filter((one) => isChosen(one, query))
      const page = chosen.slice(query.skip, query.skip + query.limit)
      return { rows: page.map(rowOf), total: chosen.length }
    },
    walk: async (projectId, query) => {
      const known = all(projectId).filter((one) => state.workflows.has(one.workflowId))
      return walk(known, query)
    },
    get: async (projectId, workflowId, id) => within(projectId, workflowId, [id])[0] ?? null,
    find: async (projectId, workflowId, ids) => within(projectId, workflowId, ids),
    count: async (projectId, workflowId, ids) => within(projectId, workflowId, ids).length,
    active: async (projectId, query) => active(all(projectId), query),
    activeOf: async (projectId, contactId, limit) =>
      all(projectId)
        .filter((one) => one.contactId === contactId && !isEnded(one.state))
        .slice(0, limit),
    forget: async (projectId, contactId) => forget(table, all(projectId), contactId),
    erase: async (projectId, workflowId, limit) => {
      const gone = all(projectId).filter((one) => one.workflowId === workflowId)
      for (const { id } of gone.slice(0, limit)) table.delete(id)
      return Math.min(gone.length, limit)
    },
    eraseDefinitions: async (_projectId, workflowId) => {
      for (const [name, one] of state.versions) if (one.workflowId === workflowId) state.versions.delete(name)
    },
    stepNames: async (projectId, refs) => stepNames(state, projectId, refs),
  }
}

function newestFirst(a: ExecutionPlace, b: ExecutionPlace): number {
  return b.startedAt.getTime() - a.startedAt.getTime() || (a.id < b.id ? 1 : -1)
}

function rowOf({ history: _left, ...row }: Execution): ExecutionRow {
  return row
}

type Choice = Pick<WalkQuery, 'statuses' | 'contactId'> & { readonly workflowId: WorkflowId | null }

function isChosen(one: Execution, { workflowId, statuses, contactId }: Choice | PageQuery): boolean {
  if (workflowId !== null && one.workflowId !== workflowId) return false
  if (contactId !== null && one.contactId !== contactId) return false
  return statuses === null || statuses.includes(one.state.status)
}

function isBehind(one: Execution, place: ExecutionPlace | null): boolean {
  return place === null || newestFirst(place, one) < 0
}

function walk(known: readonly Execution[], query: WalkQuery) {
  const behind = known.filter((one) => isChosen(one, query) && isBehind(one, query.after))
  const page = behind.slice(0, query.limit)
  const last = page.at(-1)
  const next = behind.length > query.limit && last !== undefined ? last : null
  return { rows: page.map(rowOf), next: next === null ? null : { startedAt: next.startedAt, id: next.id } }
}

function active(all: readonly Execution[], { workflowId, startedUpTo, after, limit }: ActiveQuery) {
  return all
    .filter((one) => one.workflowId === workflowId && !isEnded(one.state))
    .filter((one) => one.startedAt <= startedUpTo && isBehind(one, after))
    .slice(0, limit)
}

function forget(table: Table, all: readonly Execution[], contactId: ContactId): void {
  for (const one of all) {
    const { state } = one
    if (one.contactId !== contactId || !isEnded(state)) continue
    const error = state.error === null ? null : { code: state.error.code, message: 'erased' }
    const owed = one.owed.filter(({ kind }) => kind === 'fact')
    const history = one.history.map(impersonal)
    table.set(one.id, { ...one, context: {}, history, owed, state: { ...state, error } })
  }
}

function impersonal({ output: _output, values: _values, error, ...entry }: HistoryEntry): HistoryEntry {
  return error === undefined ? entry : { ...entry, error: { code: error.code, message: 'erased' } }
}

function stepNames(
  { workflows, versions }: MemoryWorkflows,
  projectId: ProjectId,
  refs: readonly StepRef[],
): ReadonlyMap<StepId, StepName> {
  const found = refs.flatMap(({ workflowId, version, stepId }) => {
    const places = [workflows.get(workflowId), versions.get(`${workflowId}:${version}`)]
    const steps = places.flatMap((place) => (place?.projectId === projectId ? place.steps : []))
    return steps.find(({ id }) => id === stepId) ?? []
  })
  return new Map(found.map(({ id, name, type }) => [id, { id, name, type }]))
}
