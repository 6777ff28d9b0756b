import { z } from 'zod'
import { STEP_KINDS } from '../../workflow/step.js'
import { jsonObject, shownId, shownTime } from './common.js'
import { exchangeStep, exchangeTransition } from './graph.js'
import { triggerConfig, triggerType } from './workflow.js'

const position = z.object({ x: z.number(), y: z.number() })
const times = { createdAt: shownTime, updatedAt: shownTime }

export const shownStep = z
  .object({
    id: shownId,
    workflowId: shownId,
    type: z.enum(['TRIGGER', ...STEP_KINDS]),
    name: z.string(),
    position,
    config: jsonObject,
    templateId: shownId.nullable(),
    ...times,
  })
  .meta({ id: 'Step' })

export const shownTransition = z
  .object({
    id: shownId,
    workflowId: shownId,
    fromStepId: shownId,
    toStepId: shownId,
    condition: jsonObject.nullable(),
    priority: z.int(),
    ...times,
  })
  .meta({ id: 'Transition' })

const settings = {
  id: shownId,
  name: z.string().meta({ example: 'Welcome' }),
  description: z.string().nullable(),
  enabled: z.boolean(),
  allowReentry: z.boolean(),
  triggerType,
  triggerConfig: z.object({ eventName: z.string(), rule: jsonObject.optional() }),
  version: z.int().meta({ description: 'Moves when graph or configs change' }),
  revision: z.int().meta({ description: 'Moves with every write; the ETag' }),
  ...times,
}

export const shownWorkflow = z
  .object({
    ...settings,
    steps: z.array(shownStep),
    transitions: z.array(shownTransition),
    problems: z.array(
      z.object({
        code: z.enum(['UNREACHABLE_STEP', 'BRANCH_WITHOUT_TRANSITION', 'WAIT_WITHOUT_TIMEOUT']),
        stepId: shownId,
        message: z.string(),
      }),
    ),
  })
  .meta({ id: 'Workflow' })

export const shownRow = z
  .object({
    ...settings,
    counts: z.object({ steps: z.int(), executions: z.int(), active: z.int() }),
  })
  .meta({ id: 'WorkflowRow' })

/** What export answers and import takes. */
export const exchange = z
  .strictObject({
    name: z.string(),
    description: z.string().nullable(),
    allowReentry: z.boolean(),
    triggerType,
    triggerConfig,
    steps: z.array(exchangeStep),
    transitions: z.array(exchangeTransition),
  })
  .meta({ id: 'WorkflowExport' })

export const shownFields = z.object({
  data: z.array(
    z.object({
      field: z.string().meta({ example: 'contact.data.plan' }),
      type: z.enum(['string', 'number', 'boolean', 'object', 'array', 'null']),
    }),
  ),
})
