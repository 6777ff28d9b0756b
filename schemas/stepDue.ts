import type { AsOf } from '../src/workflow/asOf.js'
import type { StepDue } from '../src/workflow/messages.js'
import { type Fields, optional, readCount, readId, readVersion } from './fields.js'
import type { Form } from './forms.js'
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
    asOf: due.asOf === undefined ? null : form.writeTime(due.asOf),
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
    ...readAsOf(fields, form),
  }),
}

function readAsOf(fields: Fields, form: Form): AsOf {
  const asOf = optional(fields, 'asOf', form.readTime)
  return asOf === null ? {} : { asOf }
}
