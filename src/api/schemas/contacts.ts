import { z } from 'zod'
import type { Contact } from '../../workflow/contact.js'
import { normalEmail } from '../../workflow/contact.js'
import { checkDataKeys } from '../../workflow/contactData.js'
import type { JsonObject } from '../../workflow/json.js'
import { addressFault } from '../../workflow/mailAddress.js'
import { jsonObject, shownId, shownTime } from './common.js'

/** One bare address, in its one form: trimmed and lower-cased. */
export const email = z
  .string()
  .transform(normalEmail)
  .superRefine((text, ctx) => {
    const fault = addressFault(text)
    if (fault !== null) ctx.addIssue({ code: 'custom', message: fault, params: { code: 'invalid_format' } })
  })
  .meta({ type: 'string', format: 'email', example: 'ann@example.com' })

/** Data for a contact, or of an event: any JSON object whose keys a contact can have. */
export const contactData = jsonObject.transform((data, ctx) => {
  for (const { field, message, code } of checkDataKeys(data as JsonObject, 'data')) {
    const path = field === 'data' ? [] : [field.slice('data.'.length)]
    ctx.addIssue({ code: 'custom', path, message, params: { code }, input: data })
  }
  return data as JsonObject
})

export const contactSchema = z
  .object({
    id: shownId,
    email: z.string().meta({ format: 'email', example: 'ann@example.com' }),
    subscribed: z.boolean(),
    data: jsonObject.meta({ example: { plan: 'pro' } }),
    createdAt: shownTime,
    updatedAt: shownTime,
  })
  .meta({ id: 'Contact' })

export function showContact({ id, email, subscribed, data, createdAt, updatedAt }: Contact) {
  return { id, email, subscribed, data, createdAt, updatedAt }
}
