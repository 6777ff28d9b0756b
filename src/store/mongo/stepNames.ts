import type { ProjectId, StepId } from '../../workflow/ids.js'
import type { StepName, StepRef } from '../ports/executionDirectory.js'
import { fromUuid, type StoredId, toUuid, toUuids } from './bson.js'
import type { Db } from './driver.js'
import { WORKFLOW_VERSIONS, WORKFLOWS } from './workflowDocument.js'

interface StepsDocument {
  readonly _id: StoredId | string
  readonly projectId: StoredId
  readonly steps: readonly { readonly id: StoredId; readonly name: string; readonly type: StepName['type'] }[]
}

const STEPS_ONLY = { 'steps.id': 1, 'steps.name': 1, 'steps.type': 1 }

/** Looks into the workflows as they are, and only for what they do not have into the pinned versions. */
export async function stepNames(
  db: Db,
  projectId: ProjectId,
  refs: readonly StepRef[],
): Promise<ReadonlyMap<StepId, StepName>> {
  if (refs.length === 0) return new Map()
  const present = toUuids([...new Set(refs.map(({ workflowId }) => workflowId))])
  const names = namesIn(await read(db, WORKFLOWS, projectId, present))
  const missing = refs.filter(({ stepId }) => !names.has(stepId))
  if (missing.length === 0) return names
  const versions = [...new Set(missing.map(({ workflowId, version }) => `${workflowId}:${version}`))]
  return new Map([...namesIn(await read(db, WORKFLOW_VERSIONS, projectId, versions)), ...names])
}

function read(
  db: Db,
  collection: string,
  projectId: ProjectId,
  ids: readonly (StoredId | string)[],
): Promise<StepsDocument[]> {
  const filter = { _id: { $in: [...ids] }, projectId: toUuid(projectId) }
  return db.collection<StepsDocument>(collection).find(filter, { projection: STEPS_ONLY }).toArray()
}

function namesIn(documents: readonly StepsDocument[]): Map<StepId, StepName> {
  const names = documents.flatMap(({ steps }) =>
    steps.map(({ id, name, type }) => ({ id: fromUuid<StepId>(id), name, type })),
  )
  return new Map(names.map((step) => [step.id, step]))
}
