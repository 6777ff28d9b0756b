import type { ProjectId, WorkflowId } from '../../workflow/ids.js'
import type { Definition, Workflow } from '../../workflow/workflow.js'
import type { DefinitionKey, DefinitionStore, OnUnreadable } from '../ports/definitions.js'
import { fromUuid, type StoredId, toUuid, toUuids } from './bson.js'
import { type Db, insertMissing } from './driver.js'
import { PROJECTS, type ProjectDocument } from './projects.js'
import {
  loadStep,
  loadTransition,
  loadWorkflow,
  type StoredStep,
  type StoredTransition,
  storeStep,
  storeTransition,
  WORKFLOW_TOMBSTONES,
  WORKFLOW_VERSIONS,
  WORKFLOWS,
  type WorkflowDocument,
} from './workflowDocument.js'
import type { TombstoneDocument } from './workflowWrites.js'

/** One version of a workflow, never changed once it is there. */
interface VersionDocument {
  /** `workflowId:version` */
  readonly _id: string
  readonly workflowId: StoredId
  readonly projectId: StoredId
  readonly version: number
  readonly name: string
  readonly steps: readonly StoredStep[]
  readonly transitions: readonly StoredTransition[]
}

const MOST_REMEMBERED = 10_000

export function createMongoDefinitions(db: Db): DefinitionStore {
  const versions = db.collection<VersionDocument>(WORKFLOW_VERSIONS)
  const pinned = new Set<string>()
  return {
    counters: (projectIds) => counters(db, projectIds),
    enabled: (projectIds, onUnreadable = () => undefined) => enabled(db, projectIds, onUnreadable),
    pin: async (definitions) => {
      const fresh = definitions.filter((one) => !pinned.has(nameOf(one)))
      const distinct = new Map(fresh.map((one) => [nameOf(one), storeDefinition(one)]))
      await insertMissing(versions, [...distinct.values()])
      // A version that is there stays there as long as its workflow does: nobody needs to ask again.
      if (pinned.size > MOST_REMEMBERED) pinned.clear()
      for (const name of distinct.keys()) pinned.add(name)
    },
    pinned: async (keys) => {
      const found = await versions.find({ _id: { $in: keys.map(nameOf) } }).toArray()
      return found.map(loadAnyDefinition)
    },
    deleted: (workflowIds) => deleted(db, workflowIds),
  }
}

async function counters(db: Db, projectIds: readonly ProjectId[]): Promise<ReadonlyMap<ProjectId, number>> {
  const projection = { workflowsCounter: 1 }
  const found = await db
    .collection<ProjectDocument>(PROJECTS)
    .find({ _id: { $in: toUuids(projectIds) } }, { projection })
    .toArray()
  return new Map(found.map(({ _id, workflowsCounter }) => [fromUuid<ProjectId>(_id), workflowsCounter]))
}

async function enabled(
  db: Db,
  projectIds: readonly ProjectId[],
  onUnreadable: OnUnreadable,
): Promise<Workflow[]> {
  const filter = { projectId: { $in: toUuids(projectIds) }, enabled: true, triggerType: 'EVENT' } as const
  const documents = await db.collection<WorkflowDocument>(WORKFLOWS).find(filter).toArray()
  return documents.flatMap((document) => {
    try {
      return [loadTriggered(document)]
    } catch (error) {
      onUnreadable(fromUuid<WorkflowId>(document._id), error)
      return []
    }
  })
}

function loadTriggered(document: WorkflowDocument): Workflow {
  const workflow = loadWorkflow(document)
  if (typeof workflow.triggerConfig?.eventName === 'string') return workflow
  throw new TypeError('triggerConfig names no event')
}

async function deleted(db: Db, workflowIds: readonly WorkflowId[]): Promise<ReadonlySet<WorkflowId>> {
  const found = await db
    .collection<TombstoneDocument>(WORKFLOW_TOMBSTONES)
    .find({ _id: { $in: toUuids(workflowIds) } }, { projection: { _id: 1 } })
    .toArray()
  return new Set(found.map(({ _id }) => fromUuid<WorkflowId>(_id)))
}

function nameOf({ workflowId, version }: DefinitionKey): string {
  return `${workflowId}:${version}`
}

function storeDefinition(definition: Definition): VersionDocument {
  const { workflowId, projectId, version, name, steps, transitions } = definition
  return {
    _id: nameOf(definition),
    workflowId: toUuid(workflowId),
    projectId: toUuid(projectId),
    version,
    name,
    steps: steps.map(storeStep),
    transitions: transitions.map(storeTransition),
  }
}

/** Somebody may have edited the document to something impossible: that is its executions' fault, not the batch's. */
function loadAnyDefinition(document: VersionDocument): Definition {
  try {
    return loadDefinition(document)
  } catch (error) {
    const { workflowId, projectId, version, name } = document
    const ids = { workflowId: fromUuid<WorkflowId>(workflowId), projectId: fromUuid<ProjectId>(projectId) }
    return { ...ids, version, name, steps: [], transitions: [], fault: String(error) }
  }
}

function loadDefinition(document: VersionDocument): Definition {
  const { workflowId, projectId, version, name, steps, transitions } = document
  return {
    workflowId: fromUuid<WorkflowId>(workflowId),
    projectId: fromUuid<ProjectId>(projectId),
    version,
    name,
    steps: steps.map(loadStep),
    transitions: transitions.map(loadTransition),
  }
}
