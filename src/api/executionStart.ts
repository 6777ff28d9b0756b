import type { z } from 'zod'
import { compile } from '../engine/compile.js'
import { handledSteps, madeByStart } from '../engine/handledSteps.js'
import { owing } from '../engine/owing.js'
import { startExecution } from '../engine/start.js'
import { MillraceError } from '../errors.js'
import { insertStarts, type Starting } from '../store/insertStarts.js'
import { createQueues } from '../store/queues.js'
import type { Contact } from '../workflow/contact.js'
import { type Execution, isEnded, type Origin } from '../workflow/execution.js'
import type { ContactId, ProjectId } from '../workflow/ids.js'
import type { JsonObject } from '../workflow/json.js'
import { definitionOf, type Workflow } from '../workflow/workflow.js'
import { getWorkflow } from './editWorkflow.js'
import type { ExecutionDeps } from './executionDeps.js'
import { idempotencyKey } from './idempotency.js'
import { sendLater } from './moveExecutions.js'
import { type Answer, type Route, route } from './route.js'
import { shownExecution, startBody } from './schemas/executions.js'
import { workflowParams } from './schemas/workflow.js'
import { showExecution } from './showExecution.js'

/** Sends one contact through a workflow by hand: the trigger's event and rule are not asked. */
export function executionStartRoute(deps: ExecutionDeps): Route {
  const inTurn = createQueues()
  return route({
    method: 'POST',
    path: '/workflows/:id/executions',
    access: 'secret',
    tag: 'Executions',
    summary: 'Start an execution by hand',
    description:
      'With an `Idempotency-Key` it starts once: again, the answer is 200 with what the key started in this ' +
      'workflow, whoever the body names.',
    params: workflowParams,
    body: startBody,
    idempotent: true,
    answers: {
      200: { description: 'Started before, by this key', schema: shownExecution },
      201: { description: 'The new execution', schema: shownExecution },
    },
    errors: ['WORKFLOW_NOT_FOUND', 'CONTACT_NOT_FOUND', 'CONFLICT', 'VALIDATION_ERROR'],
    handle: async (call) => {
      const { projectId, params, body } = call
      const key = idempotencyKey(call)
      const workflow = await getWorkflow(deps.workflows, projectId, params.id)
      if (key === null) return startAnew(deps, workflow, body, deps.newId())
      // Of calls that come at once with one key, also for different contacts, the first one starts.
      return inTurn(`${workflow.id} ${key}`, async () => {
        const before = await deps.executionDirectory.startedBy(projectId, workflow.id, key)
        return before === null ? startAnew(deps, workflow, body, key) : answer(200, before)
      })
    },
  })
}

type StartBody = z.output<typeof startBody>

async function startAnew(
  deps: ExecutionDeps,
  workflow: Workflow,
  { context = {}, ...named }: StartBody,
  key: string,
): Promise<Answer> {
  const contact = await foundContact(deps, workflow.projectId, named)
  if (!workflow.enabled) throw new MillraceError('CONFLICT', 'The workflow is disabled.')
  return start(deps, startingOf(deps, { workflow, contact, origin: ['manual', key], context }))
}

interface Named {
  readonly contactId?: ContactId | undefined
  readonly email?: string | undefined
}

async function foundContact(
  { contacts }: ExecutionDeps,
  projectId: ProjectId,
  named: Named,
): Promise<Contact> {
  const { contactId, email = '' } = named
  const contact = await (contactId === undefined
    ? contacts.findByEmail(projectId, email)
    : contacts.get(projectId, contactId))
  if (contact === null) throw new MillraceError('CONTACT_NOT_FOUND', 'There is no such contact.')
  return contact
}

interface ManualStart {
  readonly workflow: Workflow
  readonly contact: Contact
  readonly origin: Origin
  readonly context: JsonObject
}

function startingOf(deps: ExecutionDeps, { workflow, contact, origin, context }: ManualStart): Starting {
  const definition = definitionOf(workflow)
  const compiled = compile(definition)
  if (compiled === null) throw new MillraceError('CONFLICT', 'The workflow has no TRIGGER to start at.')
  const by = deps.newId()
  const hand = { event: null, triggerOrder: null, depth: 0, effects: 'send', lane: 'live' } as const
  const made = startExecution({ ...hand, compiled, contact, origin, context, by, now: deps.clock.now() })
  const execution = isEnded(made.state) ? { ...made, owed: owing(made, made.state) } : made
  return { execution, definition, allowReentry: workflow.allowReentry }
}

async function start(deps: ExecutionDeps, starting: Starting): Promise<Answer> {
  const { fresh, repeated } = await insertStarts(deps, [starting])
  const [first] = fresh
  if (first !== undefined) {
    announce(deps, first)
    // A crash before this leaves it to the sweeper.
    sendLater(deps, [first])
    return answer(201, first)
  }
  const [again] = repeated
  if (again !== undefined) return answer(200, again)
  throw new MillraceError('CONFLICT', 'This contact went through the workflow before, and re-entry is off.')
}

function announce({ announcer }: ExecutionDeps, execution: Execution): void {
  const { workflowId, state } = execution
  announcer.announce('executions.started', { workflowId, count: 1 })
  for (const alike of handledSteps([madeByStart(execution)], null)) announcer.announce('steps.handled', alike)
  if (isEnded(state)) announcer.announce('executions.ended', { status: state.status, count: 1 })
}

function answer(status: number, execution: Execution): Answer {
  return { status, body: showExecution(execution) }
}
