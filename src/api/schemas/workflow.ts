import { z } from 'zod'
import { ALONGSIDE } from '../../steps/alongside.js'
import { ruleSchema } from '../../steps/ruleConfig.js'
import type { WorkflowId } from '../../workflow/ids.js'
import type { TriggerConfig } from '../../workflow/workflow.js'
import { idOf, isCleanText, trimmed } from './common.js'
import { exchangeStep, exchangeTransition } from './graph.js'
import { pageQuery } from './pages.js'

export const workflowParams = z.object({ id: idOf<WorkflowId>() })

const description = z
  .string()
  .max(500)
  .refine(isCleanText, { message: 'must not hold NUL or broken characters' })
  .nullish()
  .meta({ example: 'Three mails in the first week' })

const name = trimmed(1, 100).meta({ type: 'string', minLength: 1, maxLength: 100, example: 'Welcome' })
const eventName = trimmed(1, 200).meta({
  type: 'string',
  minLength: 1,
  maxLength: 200,
  example: 'signed_up',
  description: 'The event that starts the workflow; reserved names are fine here',
})

export const listQuery = pageQuery({
  search: z.string().optional().meta({ description: 'Literal part of name or description, in any case' }),
  name: z.string().optional().meta({ description: 'Alias of search' }),
  status: z.enum(['active', 'disabled']).optional(),
  sort: z.enum(['name', 'createdAt', 'updatedAt']).default('createdAt'),
  dir: z.enum(['asc', 'desc']).default('desc'),
})

export const createBody = z
  .strictObject({
    name,
    eventName,
    description,
    enabled: z.boolean().default(false),
    allowReentry: z.boolean().default(false),
  })
  .meta({ id: 'NewWorkflow', example: { name: 'Welcome', eventName: 'signed_up', enabled: true } })

export const triggerConfig = z
  .strictObject({ eventName, rule: ruleSchema.optional() })
  .transform((config): TriggerConfig => {
    const { rule } = config
    return rule === undefined ? { eventName: config.eventName } : { eventName: config.eventName, rule }
  })
  .meta({
    id: 'TriggerConfig',
    example: { eventName: 'signed_up', rule: { '==': [{ var: 'event.plan' }, 'pro'] } },
  })

export const triggerType = z
  .enum(['EVENT', 'MANUAL'], { error: 'must be one of EVENT, MANUAL (SCHEDULE does not work yet)' })
  .meta({ id: 'TriggerType' })

export const patchBody = z
  .strictObject({
    name: name.optional(),
    description,
    enabled: z.boolean().optional(),
    allowReentry: z.boolean().optional(),
    triggerType: triggerType.optional(),
    triggerConfig: triggerConfig.optional(),
  })
  .meta({ id: 'WorkflowPatch', example: { enabled: true } })

const ids = z
  .array(idOf<WorkflowId>())
  .min(1)
  .max(1000)
  .transform((list) => [...new Set(list)])
  .meta({ type: 'array', items: { type: 'string', format: 'uuid' }, minItems: 1, maxItems: 1000 })

export const bulkBody = z
  .strictObject({ ids, delete: z.literal(true).optional(), enabled: z.boolean().optional() })
  .superRefine((body, ctx) => {
    if ((body.delete === undefined) === (body.enabled === undefined))
      ctx.addIssue({ code: 'custom', path: ['delete'], message: 'must come alone, or enabled must' })
  }, ALONGSIDE)
  .meta({ id: 'BulkUpdate', example: { ids: ['7c5bd9c6-6f0e-4d3a-9c0e-2f0f6f2f5a11'], enabled: false } })

export const fieldsQuery = z.object({
  eventName: z.string().trim().min(1).max(200).optional().meta({ description: 'Only events of this name' }),
})

/** What an export answers with; settings that are left out take their defaults. */
export const importBody = z
  .strictObject({
    name,
    description: description.transform((text) => text ?? null),
    allowReentry: z.boolean().default(false),
    triggerType: triggerType.default('EVENT'),
    triggerConfig,
    steps: z.array(exchangeStep).max(500).default([]),
    transitions: z.array(exchangeTransition).max(5_000).default([]),
  })
  .meta({ id: 'WorkflowImport' })
