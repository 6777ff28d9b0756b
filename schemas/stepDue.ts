import type { StepDue } from '../src/workflow/messages.js'
import { readCount, readId, readVersion } from './fields.js'
import type { Shape } from './shape.js'

export const stepDue: Shape<StepDue> = {
  write: (due, form) => ({
    v: due.v,
    executionId: due.executionId,
    projectId: due.projectId,
    workflowId: due.workflowId,
    workflowVersion: due.workflowVersion,
    stepId: due.stepId,
    contactId: due.contactId,
    seq: due.seq,
    enteredAt: form.writeTime(due.enteredAt),
  }),
  read: (fields, form) => ({
    v: readVersion(fields),
    executionId: readId(fields, 'executionId'),
    projectId: readId(fields, 'projectId'),
    workflowId: readId(fields, 'workflowId'),
    workflowVersion: readCount(fields, 'workflowVersion'),
    stepId: readId(fields, 'stepId'),
    contactId: readId(fields, 'contactId'),
    seq: readCount(fields, 'seq'),
    enteredAt: form.readTime(fields, 'enteredAt'),
  }),
}
