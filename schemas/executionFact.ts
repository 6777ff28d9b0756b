import type { StepId } from '../src/workflow/ids.js'
import type { ExecutionFact } from '../src/workflow/messages.js'
import {
  type Fields,
  invalid,
  optional,
  readCount,
  readId,
  readList,
  readRecord,
  readText,
  readVersion,
} from './fields.js'
import type { Form } from './forms.js'
import type { Shape } from './shape.js'

type PathStep = NonNullable<ExecutionFact['path']>[number]

/** Characters of free text that a fact carries at most: a topic is no place for whole answers. */
const MAX_TEXT = 4_096

export const executionFact: Shape<ExecutionFact> = {
  write: (fact, form) => ({
    v: fact.v,
    type: fact.type,
    executionId: fact.executionId,
    projectId: fact.projectId,
    workflowId: fact.workflowId,
    workflowVersion: fact.workflowVersion,
    contactId: fact.contactId,
    seq: fact.seq,
    status: fact.status,
    stepId: fact.stepId,
    left: fact.left,
    passed: fact.passed,
    at: form.writeTime(fact.at),
    exitReason: fact.exitReason?.slice(0, MAX_TEXT) ?? null,
    error: fact.error?.slice(0, MAX_TEXT) ?? null,
    path: fact.path?.map((step) => writeStep(step, form)) ?? null,
  }),
  read: (fields, form) => ({
    v: readVersion(fields),
    type: optional(fields, 'type', readText) ?? '',
    executionId: readId(fields, 'executionId'),
    projectId: readId(fields, 'projectId'),
    workflowId: readId(fields, 'workflowId'),
    workflowVersion: readCount(fields, 'workflowVersion'),
    contactId: readId(fields, 'contactId'),
    seq: readCount(fields, 'seq'),
    status: readText(fields, 'status'),
    stepId: optional(fields, 'stepId', readId<StepId>),
    left: optional(fields, 'left', readLeft),
    passed: optional(fields, 'passed', readList)?.map((step) => leftOf(recordIn(step, 'passed'))) ?? [],
    at: form.readTime(fields, 'at'),
    exitReason: optional(fields, 'exitReason', readText),
    error: optional(fields, 'error', readText),
    path: optional(fields, 'path', readList)?.map((step) => readStep(step, form)) ?? null,
  }),
}

function readLeft(fields: Fields, field: string): NonNullable<ExecutionFact['left']> {
  return leftOf(readRecord(fields, field))
}

function leftOf(left: Fields): NonNullable<ExecutionFact['left']> {
  return {
    stepId: readId<StepId>(left, 'stepId'),
    stepKey: readText(left, 'stepKey'),
    branch: optional(left, 'branch', readText),
    status: readText(left, 'status'),
  }
}

function writeStep([stepKey, branch, enteredAt, leftAt, status]: PathStep, form: Form): Fields {
  const [entered, left] = [form.writeTime(new Date(enteredAt)), form.writeTime(new Date(leftAt))]
  return { stepKey, branch, enteredAt: entered, leftAt: left, status }
}

function readStep(value: unknown, form: Form): PathStep {
  const fields = recordIn(value, 'path')
  return [
    readText(fields, 'stepKey'),
    optional(fields, 'branch', readText),
    form.readTime(fields, 'enteredAt').getTime(),
    form.readTime(fields, 'leftAt').getTime(),
    readText(fields, 'status'),
  ]
}

function recordIn(element: unknown, field: string): Fields {
  if (typeof element !== 'object' || element === null) throw invalid(field, 'must be a list of objects')
  return element as Fields
}
