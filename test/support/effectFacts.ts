import type { Facts } from '../../src/steps/definition.js'
import type { Contact } from '../../src/workflow/contact.js'
import type { ContactId, ExecutionId, ProjectId, StepId, WorkflowId } from '../../src/workflow/ids.js'
import type { JsonObject } from '../../src/workflow/json.js'
import type { Step, StepKind } from '../../src/workflow/step.js'

export const PROJECT = '11111111-1111-8111-8111-111111111111' as ProjectId
export const WORKFLOW = '22222222-2222-8222-8222-222222222222' as WorkflowId
export const EXECUTION = '33333333-3333-8333-8333-333333333333' as ExecutionId
export const CONTACT = '44444444-4444-8444-8444-444444444444' as ContactId
export const STEP = '55555555-5555-8555-8555-555555555555' as StepId
export const NOW = new Date('2025-03-01T10:00:00.000Z')
export const STARTED = new Date('2025-03-01T09:00:00.000Z')

export function aContact(more: Partial<Contact> = {}): Contact {
  return {
    id: CONTACT,
    projectId: PROJECT,
    email: 'ada@example.com',
    subscribed: true,
    data: { firstName: 'Ada', plan: 'pro' },
    version: 1,
    createdAt: STARTED,
    updatedAt: STARTED,
    ...more,
  }
}

/** What a step knows of Ada, who signed up an hour ago. */
export function someFacts(more: Partial<Facts> = {}): Facts {
  return {
    now: NOW,
    enteredAt: NOW,
    execution: {
      id: EXECUTION,
      projectId: PROJECT,
      workflowId: WORKFLOW,
      workflowVersion: 1,
      contactId: CONTACT,
      startedAt: STARTED,
    },
    workflow: { id: WORKFLOW, name: 'Welcome' },
    contact: aContact(),
    context: { source: 'ads' },
    steps: {},
    ...more,
  }
}

export function aStep(type: StepKind, config: JsonObject, more: Partial<Step> = {}): Step {
  return {
    id: STEP,
    key: 'step',
    type,
    name: 'The step',
    position: { x: 0, y: 0 },
    config,
    templateId: null,
    createdAt: STARTED,
    updatedAt: STARTED,
    ...more,
  }
}
