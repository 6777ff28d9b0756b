import { z } from 'zod'
import { TemplateError } from '../effects/ports.js'
import { checkDataKeys, RESERVED_KEYS } from '../workflow/contactData.js'
import type { JsonObject } from '../workflow/json.js'
import { ALONGSIDE } from './alongside.js'
import type { StepDefinition } from './definition.js'
import { liquidScope } from './liquidScope.js'
import { addFault, jsonObject } from './ruleConfig.js'
import { isLiquid, needsOfLiquid } from './scope.js'
import { mapFields, textsIn } from './texts.js'

const data = jsonObject.superRefine((fields, context) => {
  for (const fault of checkDataKeys(fields, '')) addFault(context, fault)
  for (const key of Object.keys(fields))
    if (RESERVED_KEYS.has(key))
      addFault(context, { field: key, message: 'is reserved: a step cannot set it', code: 'invalid_key' })
})

const config = z
  .strictObject({
    data: data.optional(),
    updates: data.optional(),
    subscriptionAction: z.enum(['none', 'subscribe', 'unsubscribe']).optional(),
  })
  .superRefine(({ data: fields, updates, subscriptionAction }, context) => {
    const note = (name: string, message: string) =>
      context.addIssue({ code: 'custom', path: [name], message })
    if (fields !== undefined && updates !== undefined)
      note('updates', 'is another name of data: give one of them')
    if (fields === undefined && updates === undefined && subscriptionAction === undefined)
      note('data', 'is required where there is no subscriptionAction')
  }, ALONGSIDE)

export type UpdateContactConfig = z.infer<typeof config>

const SUBSCRIBED = { none: null, subscribe: true, unsubscribe: false } as const

/** Writes fields of the contact; null deletes one. */
export const updateContact: StepDefinition<'UPDATE_CONTACT', UpdateContactConfig> = {
  type: 'UPDATE_CONTACT',
  config,
  liquid: ['data', 'updates'],
  branches: () => [],
  // The contact is read, then its execution: an update counts only while the execution still stands here.
  needs: (parsed) => ({
    contact: true,
    execution: needsOfLiquid(textsIn('data', fieldsOf(parsed)).map(({ text }) => text)).execution,
    place: true,
  }),

  decide(parsed, facts, { renderer }) {
    const { subscriptionAction = 'none' } = parsed
    try {
      const scope = liquidScope(facts)
      const rendered = mapFields(fieldsOf(parsed), (text) =>
        isLiquid(text) ? renderer.render(text, scope) : text,
      )
      return { type: 'updateContact', patch: { data: rendered, subscribed: SUBSCRIBED[subscriptionAction] } }
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error
      return { type: 'fail', error: { code: 'TEMPLATE_FAILED', message: error.message } }
    }
  },
}

function fieldsOf({ data: fields, updates }: UpdateContactConfig): JsonObject {
  return fields ?? updates ?? {}
}
