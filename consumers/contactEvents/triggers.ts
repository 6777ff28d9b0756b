import { type TriggerTable, triggerTable } from '../../src/engine/matchTriggers.js'
import { groupBy } from '../../src/workflow/groupBy.js'
import type { ProjectId, WorkflowId } from '../../src/workflow/ids.js'
import type { EngineDeps } from '../deps.js'

/** Reloaded at least this often, whatever the counters say. */
const MAX_AGE_MS = 30_000

interface Cached {
  readonly counter: number
  readonly at: number
  readonly table: TriggerTable
}

/** Enabled workflows by project, as new as the project's counter says when a batch asks. */
export interface TriggerCache {
  /** Which of these projects exist; known ones are not asked for again. */
  known(projectIds: readonly ProjectId[]): Promise<ReadonlySet<ProjectId>>
  /** Tables that include every change answered by the API before this call. */
  tables(projectIds: readonly ProjectId[]): Promise<ReadonlyMap<ProjectId, TriggerTable>>
}

type TriggerDeps = Pick<EngineDeps, 'definitions' | 'clock' | 'announcer'>

export function createTriggerCache(deps: TriggerDeps): TriggerCache {
  const cached = new Map<ProjectId, Cached>()
  const existing = new Set<ProjectId>()
  return {
    known: async (projectIds) => {
      const strangers = projectIds.filter((id) => !existing.has(id))
      if (strangers.length > 0)
        for (const id of (await deps.definitions.counters(strangers)).keys()) existing.add(id)
      return existing
    },
    tables: async (projectIds) => {
      const counters = await deps.definitions.counters(projectIds)
      const now = deps.clock.now().getTime()
      const old = projectIds.filter((id) => !isCurrent(cached.get(id), counters.get(id), now))
      for (const [id, table] of await load(deps, old)) {
        cached.set(id, { counter: counters.get(id) ?? 0, at: now, table })
      }
      return new Map(projectIds.map((id) => [id, cached.get(id)?.table ?? new Map()]))
    },
  }
}

function isCurrent(entry: Cached | undefined, counter: number | undefined, now: number): boolean {
  return entry !== undefined && entry.counter === counter && now - entry.at < MAX_AGE_MS
}

async function load(
  { definitions, announcer }: TriggerDeps,
  projectIds: readonly ProjectId[],
): Promise<Map<ProjectId, TriggerTable>> {
  if (projectIds.length === 0) return new Map()
  const broken = (workflowId: WorkflowId, error: unknown) =>
    announcer.announce('failure', { where: `workflow ${workflowId}, which starts nothing`, error })
  const byProject = groupBy(await definitions.enabled(projectIds, broken), (workflow) => workflow.projectId)
  const tableOf = (id: ProjectId) =>
    triggerTable(byProject.get(id) ?? [], (workflow, fault) => broken(workflow.id, new Error(fault)))
  return new Map(projectIds.map((id) => [id, tableOf(id)]))
}
