import { isDeepStrictEqual } from 'node:util'
import type { Edited, EditFault, EditTools } from '../engine/edit/edited.js'
import { MillraceError } from '../errors.js'
import type { Clock } from '../store/ports/clock.js'
import type { WorkflowStore } from '../store/ports/workflows.js'
import { createQueues } from '../store/queues.js'
import type { ProjectId, WorkflowId } from '../workflow/ids.js'
import { type JsonValue, jsonBytes } from '../workflow/json.js'
import type { Workflow } from '../workflow/workflow.js'
import { checkMatch } from './etag.js'
import type { Call } from './route.js'

/** A document has 16 MiB; a definition is also read into every engine, so it stays well below. */
const MAX_WORKFLOW_BYTES = 4 * 1024 * 1024
const MAX_TRIES = 20

export interface EditDeps {
  readonly workflows: WorkflowStore
  readonly clock: Clock
  readonly newId: () => string
}

export interface EditOf {
  readonly projectId: ProjectId
  readonly id: WorkflowId
  /** The request's If-Match. */
  readonly ifMatch: string | undefined
}

/** What a call edits. */
export function editOf(
  call: Pick<Call<{ readonly id: WorkflowId }, unknown, unknown>, 'projectId' | 'params' | 'header'>,
): EditOf {
  return { projectId: call.projectId, id: call.params.id, ifMatch: call.header('if-match') }
}

type Edit<Made> = (workflow: Workflow, tools: EditTools) => Edited<Made> | Promise<Edited<Made>>
export type EditWorkflow = <Made>(of: EditOf, edit: Edit<Made>) => Promise<{ workflow: Workflow; made: Made }>

/**
 * Edits by compare-and-set on the revision. When somebody else was faster the edit is made anew on what stands
 * there now, as long as the two touch different parts; otherwise 409. Within this process edits of one workflow
 * go in turn, so that only other processes can be faster.
 */
export function createEdits(deps: EditDeps): EditWorkflow {
  const inTurn = createQueues()
  return (of, edit) => inTurn(of.id, () => untilWritten(deps, of, edit))
}

async function untilWritten<Made>(deps: EditDeps, of: EditOf, edit: Edit<Made>) {
  let first: Attempt<Made> | null = null
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const attempt: Attempt<Made> = await attemptEdit(deps, of, edit)
    if (first !== null && meet(first, attempt.before)) break
    first ??= attempt
    if (await deps.workflows.replace(of.projectId, attempt.workflow, attempt.before.revision)) return attempt
  }
  throw new MillraceError('CONFLICT', 'Somebody else changed the same part of this workflow just now.')
}

interface Attempt<Made> {
  readonly before: Workflow
  readonly workflow: Workflow
  readonly made: Made
}

async function attemptEdit<Made>(deps: EditDeps, of: EditOf, edit: Edit<Made>): Promise<Attempt<Made>> {
  const before = await getWorkflow(deps.workflows, of.projectId, of.id)
  checkMatch(of.ifMatch, before.revision)
  const edited = await edit(before, { now: deps.clock.now(), newId: deps.newId })
  if (!edited.ok) throw refusal(edited.fault)
  checkSize(edited.workflow)
  return { before, workflow: edited.workflow, made: edited.made }
}

export async function getWorkflow(
  workflows: Pick<WorkflowStore, 'get'>,
  projectId: ProjectId,
  id: WorkflowId,
): Promise<Workflow> {
  const workflow = await workflows.get(projectId, id)
  if (workflow === null) throw new MillraceError('WORKFLOW_NOT_FOUND', 'There is no such workflow.')
  return workflow
}

export function refusal({ code, message, faults }: EditFault): MillraceError {
  return new MillraceError(code === 'INVALID' ? 'VALIDATION_ERROR' : code, message, { faults })
}

export function checkSize({ steps, transitions, triggerConfig }: Workflow): void {
  const bytes = jsonBytes([steps, transitions, triggerConfig] as unknown as JsonValue)
  if (bytes <= MAX_WORKFLOW_BYTES) return
  const message = `makes the workflow larger than ${MAX_WORKFLOW_BYTES} bytes of JSON`
  throw refusal({
    code: 'INVALID',
    message: 'The workflow would get too large.',
    faults: [{ field: 'body', message, code: 'too_big' }],
  })
}

/** Did the other change anything that this edit changes? */
function meet<Made>({ before, workflow }: Attempt<Made>, now: Workflow): boolean {
  const theirs = touched(before, now)
  return [...touched(before, workflow)].some((part) => theirs.has(part))
}

const SETTINGS = ['name', 'description', 'enabled', 'allowReentry', 'triggerType', 'triggerConfig'] as const

/** The parts in which two states of a workflow differ: settings by name, steps and transitions by id. */
function touched(a: Workflow, b: Workflow): Set<string> {
  const settings = SETTINGS.filter((name) => !isDeepStrictEqual(a[name], b[name]))
  return new Set([...settings, ...differing(a.steps, b.steps), ...differing(a.transitions, b.transitions)])
}

function differing(a: readonly { readonly id: string }[], b: readonly { readonly id: string }[]): string[] {
  const before = new Map(a.map((item) => [item.id, item]))
  const after = new Map(b.map((item) => [item.id, item]))
  return [...new Set([...before.keys(), ...after.keys()])].filter(
    (id) => !isDeepStrictEqual(before.get(id), after.get(id)),
  )
}
