import type { Facts } from '../../src/steps/definition.js'
import type { Contact } from '../../src/workflow/contact.js'
import type {
  ContactId,
  ExecutionId,
  ProjectId,
  StepId,
  TransitionId,
  WorkflowId,
} from '../../src/workflow/ids.js'
import type { JsonObject } from '../../src/workflow/json.js'
import type { Step, StepType } from '../../src/workflow/step.js'
import type { Transition } from '../../src/workflow/transition.js'

const CREATED = new Date('2026-01-01T00:00:00.000Z')
const UPDATED = new Date('2026-02-01T00:00:00.000Z')
const NOW = new Date('2026-03-01T00:00:00.000Z')
const contactId = '00000000-0000-8000-8000-000000000001' as ContactId
const projectId = '00000000-0000-8000-8000-000000000002' as ProjectId
const workflowId = '00000000-0000-8000-8000-000000000003' as WorkflowId
const executionId = '00000000-0000-8000-8000-000000000004' as ExecutionId

export function aContact(more: Partial<Contact> = {}): Contact {
  return {
    id: contactId,
    projectId,
    email: 'ada@example.org',
    subscribed: true,
    data: {},
    version: 1,
    createdAt: CREATED,
    updatedAt: UPDATED,
    ...more,
  }
}

export function someFacts(more: Partial<Facts> = {}): Facts {
  return {
    now: NOW,
    enteredAt: NOW,
    execution: { id: executionId, projectId, workflowId, workflowVersion: 1, contactId, startedAt: NOW },
    workflow: { id: workflowId, name: 'Welcome' },
    contact: aContact(),
    context: {},
    steps: {},
    ...more,
  }
}

/** A step whose id and key are its type unless told otherwise. */
export function aStep(type: StepType, config: JsonObject = {}, id: string = type): Step {
  return {
    id: id as StepId,
    key: id,
    type,
    name: id,
    position: { x: 0, y: 0 },
    config,
    templateId: null,
    createdAt: CREATED,
    updatedAt: CREATED,
  }
}

export function aTransition(
  from: string,
  to: string,
  condition: JsonObject | null = null,
  id = `${from}-${to}`,
): Transition {
  return {
    id: id as TransitionId,
    fromStepId: from as StepId,
    toStepId: to as StepId,
    condition,
    priority: 0,
    createdAt: CREATED,
    updatedAt: CREATED,
  }
}
