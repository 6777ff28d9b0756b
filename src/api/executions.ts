import { z } from 'zod'
import { normalEmail } from '../workflow/contact.js'
import type { ContactId, ExecutionId, ProjectId, WorkflowId } from '../workflow/ids.js'
import { cursorAnswer, cursorFields, readCursor } from './cursor.js'
import { getWorkflow } from './editWorkflow.js'
import { type ExecutionDeps, foundExecution, showRows, stepNamesOf } from './executionDeps.js'
import { type Route, route } from './route.js'
import { idOf } from './schemas/common.js'
import {
  executionFilters,
  executionParams,
  shownExecutionDetail,
  shownExecutionRow,
} from './schemas/executions.js'
import { cursorSchema, pageAnswer, pageQuery, pageSchema } from './schemas/pages.js'
import { workflowParams } from './schemas/workflow.js'
import { stepExecutions } from './showExecution.js'

const tag = 'Executions'
const placeSchema = z.tuple([z.int().min(0), idOf<ExecutionId>()])

/** Executions as they are: of a workflow, of a person, one with all its steps. */
export function executionReadRoutes(deps: ExecutionDeps): Route[] {
  return [pageRoute(deps), getRoute(deps), walkRoute(deps)]
}

function pageRoute(deps: ExecutionDeps): Route {
  return route({
    method: 'GET',
    path: '/workflows/:id/executions',
    access: 'secret',
    tag,
    summary: 'List the executions of a workflow',
    description: 'Newest first.',
    params: workflowParams,
    query: pageQuery(executionFilters),
    answers: { 200: { description: 'A page of executions', schema: pageSchema(shownExecutionRow) } },
    errors: ['WORKFLOW_NOT_FOUND', 'VALIDATION_ERROR'],
    handle: async ({ projectId, params: { id: workflowId }, query }) => {
      await getWorkflow(deps.workflows, projectId, workflowId)
      const { place, status: statuses = null } = query
      const person = await personOf(deps, projectId, query)
      if (person === 'nobody') return { status: 200, body: pageAnswer(place, [], 0) }
      const { skip, pageSize: limit } = place
      const chosen = { workflowId, statuses, contactId: person, skip, limit }
      const { rows, total } = await deps.executionDirectory.page(projectId, chosen)
      return { status: 200, body: pageAnswer(place, await showRows(deps, projectId, rows), total) }
    },
  })
}

interface PersonFilter {
  readonly contactId?: ContactId | undefined
  readonly email?: string | undefined
}

/** Whose executions are asked for; null: everybody's. An address that is nobody's has none. */
async function personOf(
  { contacts }: ExecutionDeps,
  projectId: ProjectId,
  { contactId, email }: PersonFilter,
): Promise<ContactId | null | 'nobody'> {
  if (email === undefined) return contactId ?? null
  const contact = await contacts.findByEmail(projectId, normalEmail(email))
  if (contact === null || (contactId !== undefined && contact.id !== contactId)) return 'nobody'
  return contact.id
}

function getRoute(deps: ExecutionDeps): Route {
  return route({
    method: 'GET',
    path: '/workflows/:id/executions/:executionId',
    access: 'secret',
    tag,
    summary: 'Get an execution with all its steps',
    params: executionParams,
    answers: { 200: { description: 'The execution', schema: shownExecutionDetail } },
    errors: ['WORKFLOW_NOT_FOUND', 'EXECUTION_NOT_FOUND'],
    handle: async (call) => {
      const { projectId, params } = call
      const { id, name } = await getWorkflow(deps.workflows, projectId, params.id)
      const execution = await foundExecution(deps, call)
      const [shown] = await showRows(deps, projectId, [execution])
      const names = await stepNamesOf(deps, projectId, [execution])
      const steps = stepExecutions(execution, names)
      return { status: 200, body: { ...shown, workflow: { id, name }, stepExecutions: steps } }
    },
  })
}

function walkRoute(deps: ExecutionDeps): Route {
  return route({
    method: 'GET',
    path: '/executions',
    access: 'secret',
    tag,
    summary: 'List executions of all workflows',
    description: 'Newest first: where is this person?',
    query: z.object({ ...cursorFields, ...executionFilters, workflowId: idOf<WorkflowId>().optional() }),
    answers: { 200: { description: 'A page of executions', schema: cursorSchema(shownExecutionRow) } },
    errors: ['VALIDATION_ERROR'],
    handle: async ({ projectId, query }) => {
      const of = { list: 'executions', projectId }
      const read = readCursor(of, query.cursor, placeSchema)
      const person = await personOf(deps, projectId, query)
      if (person === 'nobody') return { status: 200, body: cursorAnswer(of, [], null) }
      const { limit, workflowId = null, status: statuses = null } = query
      const after = read === null ? null : { startedAt: new Date(read[0]), id: read[1] }
      const chosen = { workflowId, statuses, contactId: person, after, limit }
      const { rows, next } = await deps.executionDirectory.walk(projectId, chosen)
      const place = next === null ? null : [next.startedAt.getTime(), next.id]
      return { status: 200, body: cursorAnswer(of, await showRows(deps, projectId, rows), place) }
    },
  })
}
