import { z } from 'zod'
import type { StepId, TemplateId, TransitionId, WorkflowId } from '../../workflow/ids.js'
import type { JsonObject } from '../../workflow/json.js'
import { STEP_KINDS } from '../../workflow/step.js'
import { idOf, trimmed } from './common.js'
import { configSchemas } from './configs.js'

export const stepParams = z.object({ id: idOf<WorkflowId>(), stepId: idOf<StepId>() })
export const transitionParams = z.object({ id: idOf<WorkflowId>(), transitionId: idOf<TransitionId>() })

const name = trimmed(1, 100).meta({ type: 'string', minLength: 1, maxLength: 100, example: 'Wait a day' })
const position = z
  .strictObject({ x: z.number(), y: z.number() })
  .meta({ id: 'Position', example: { x: 100, y: 250 } })
const templateId = idOf<TemplateId>()
  .nullish()
  .meta({ type: ['string', 'null'], format: 'uuid' })
const object = z.record(z.string(), z.unknown()) as unknown as z.ZodType<JsonObject>

/** What a config must look like depends on the kind; the kinds' own schemas check it. */
const config = object.meta({ anyOf: configSchemas() })

const condition = object.nullish().meta({
  type: ['object', 'null'],
  description: '`{ "branch": name }` or a JSON Logic rule; null or missing: always',
  example: { branch: 'yes' },
})

const kind = z.enum(STEP_KINDS).meta({ id: 'StepKind' })

export const stepBody = z
  .strictObject({
    type: kind,
    name,
    position: position.optional(),
    config: config.default({}),
    templateId,
    autoConnect: z.boolean().default(true),
  })
  .meta({
    id: 'NewStep',
    example: { type: 'DELAY', name: 'Wait a day', config: { amount: 24, unit: 'hours' }, autoConnect: true },
  })

export const stepPatchBody = z
  .strictObject({
    name: name.optional(),
    position: position.optional(),
    config: config.optional(),
    templateId,
  })
  .meta({ id: 'StepPatch', example: { name: 'Wait two days', config: { amount: 2, unit: 'days' } } })

const flag = z.enum(['true', 'false']).default('false')

export const removeStepQuery = z.object({
  splice: flag
    .transform((text) => text === 'true')
    .meta({
      type: 'boolean',
      description: "Lead what came in to the step's one successor",
    }),
})

const priority = z.int().min(0)

export const transitionBody = z
  .strictObject({
    fromStepId: idOf<StepId>(),
    toStepId: idOf<StepId>(),
    condition,
    priority: priority.default(0),
  })
  .meta({
    id: 'NewTransition',
    example: {
      fromStepId: '7c5bd9c6-6f0e-4d3a-9c0e-2f0f6f2f5a11',
      toStepId: '0c5a2f6e-1d0b-4c43-9d4b-1c9d7c1c2f10',
      condition: { branch: 'yes' },
    },
  })

export const transitionPatchBody = z
  .strictObject({ condition, priority: priority.optional() })
  .meta({ id: 'TransitionPatch', example: { priority: 1 } })

const key = z.string().regex(/^[A-Za-z0-9_-]{1,100}$/)

export const exchangeStep = z
  .strictObject({
    key,
    type: kind,
    name,
    position: position.default({ x: 100, y: 100 }),
    config: config.default({}),
    templateId: templateId.transform((id) => id ?? null),
  })
  .meta({ id: 'ExchangeStep' })

export const exchangeTransition = z
  .strictObject({
    from: key,
    to: key,
    condition: condition.transform((rule) => rule ?? null),
    priority: priority.default(0),
  })
  .meta({ id: 'ExchangeTransition' })
