import { z } from 'zod'
import { ALONGSIDE } from '../../steps/alongside.js'
import { EXECUTION_STATUSES, type ExecutionStatus } from '../../workflow/execution.js'
import type { ContactId, ExecutionId, WorkflowId } from '../../workflow/ids.js'
import { type JsonObject, jsonBytes } from '../../workflow/json.js'
import { STEP_KINDS } from '../../workflow/step.js'
import { anyJson, idOf, jsonObject, shownId, shownTime } from './common.js'
import { email } from './contacts.js'

/** What a manual start may hand to its execution. */
const MAX_CONTEXT_BYTES = 64 * 1024

export const executionParams = z.object({ id: idOf<WorkflowId>(), executionId: idOf<ExecutionId>() })

const status = z.enum(EXECUTION_STATUSES).meta({ id: 'ExecutionStatus' })

/** One status, or several with commas between them. */
const statuses = z
  .string()
  .transform((text, ctx): ExecutionStatus[] => {
    const named = text.split(',').map((one) => one.trim())
    const known = EXECUTION_STATUSES.filter((one) => named.includes(one))
    if (known.length === new Set(named).size) return known
    const message = `must be one or several of ${EXECUTION_STATUSES.join(', ')}, comma-separated`
    ctx.addIssue({ code: 'custom', message, params: { code: 'invalid_value' }, input: text })
    return z.NEVER
  })
  .meta({ type: 'string', example: 'RUNNING,WAITING', description: 'One status or several, comma-separated' })

export const executionFilters = {
  status: statuses.optional(),
  contactId: idOf<ContactId>().optional(),
  email: z.string().max(320).optional().meta({ description: "The contact's address" }),
}

const context = jsonObject.transform((value, ctx) => {
  if (jsonBytes(value as JsonObject) > MAX_CONTEXT_BYTES) {
    const message = `must not be larger than ${MAX_CONTEXT_BYTES} bytes of JSON`
    ctx.addIssue({ code: 'custom', message, params: { code: 'too_big' }, input: value })
  }
  return value as JsonObject
})

export const startBody = z
  .strictObject({
    contactId: idOf<ContactId>().optional(),
    email: email.optional(),
    context: context.optional(),
  })
  .refine((body) => (body.contactId === undefined) !== (body.email === undefined), {
    path: ['contactId'],
    message: 'exactly one of contactId and email must be given',
    params: { code: 'required' },
    ...ALONGSIDE,
  })
  .meta({ id: 'NewExecution', example: { email: 'ann@example.com', context: { plan: 'pro' } } })

export const migrateBody = z
  .strictObject({
    executionIds: z
      .array(idOf<ExecutionId>())
      .transform((list) => [...new Set(list)])
      .meta({ type: 'array', items: { type: 'string', format: 'uuid' } })
      .optional(),
  })
  .meta({ id: 'Migrate', example: {} })
  .optional()

const failure = z.object({ code: z.string(), message: z.string() }).nullable()

/** A time that may be missing. */
const noTime = shownTime.nullable().meta({ type: ['string', 'null'], format: 'date-time' })

const fields = {
  id: shownId,
  workflowId: shownId,
  workflowVersion: z.int(),
  contactId: shownId,
  status,
  currentStepId: shownId.nullable(),
  exitReason: z.string().nullable(),
  error: failure,
  context: jsonObject,
  resumeAt: noTime.meta({ description: 'When it goes on by itself, while it is WAITING' }),
  startedAt: shownTime,
  completedAt: noTime,
  createdAt: shownTime,
  updatedAt: shownTime,
}

export const shownExecution = z.object(fields).meta({ id: 'Execution' })

const stepType = z.enum(['TRIGGER', ...STEP_KINDS])
const rowFields = {
  ...fields,
  contact: z.object({ id: shownId, email: z.string().nullable() }),
  currentStep: z.object({ id: shownId, name: z.string(), type: stepType }).nullable(),
}

export const shownExecutionRow = z.object(rowFields).meta({ id: 'ExecutionRow' })

export const shownExecutionDetail = z
  .object({
    ...rowFields,
    workflow: z.object({ id: shownId, name: z.string() }),
    stepExecutions: z.array(
      z.object({
        stepId: shownId,
        step: z.object({ name: z.string(), type: stepType }),
        status: z.enum(['RUNNING', 'WAITING', 'COMPLETED', 'FAILED']),
        branch: z.string().nullable(),
        attempts: z.int(),
        startedAt: shownTime,
        completedAt: noTime,
        output: anyJson,
        error: failure,
      }),
    ),
  })
  .meta({ id: 'ExecutionDetail' })

export const shownCancelled = z.object({ cancelled: z.int() })

export function shownMigrated(reasons: readonly [string, ...string[]]) {
  return z.object({
    migrated: z.int(),
    kept: z.array(z.object({ executionId: shownId, reason: z.enum(reasons) })),
  })
}

export const shownStats = z
  .object({
    byStatus: z.record(status, z.int()),
    steps: z.array(
      z.object({
        stepId: shownId,
        active: z.int(),
        passed: z.int(),
        failed: z.int(),
        branches: z.record(z.string(), z.int()),
      }),
    ),
  })
  .meta({ id: 'WorkflowStats' })
