import { z } from 'zod'
import { addressFault } from '../workflow/mailAddress.js'
import { ALONGSIDE } from './alongside.js'

const recipient = z
  .strictObject({
    type: z.enum(['CONTACT', 'CUSTOM']).default('CONTACT'),
    customEmail: z.string().trim().optional(),
  })
  .superRefine(({ type, customEmail }, context) => {
    if (type !== 'CUSTOM') return
    const fault = customFault(customEmail)
    if (fault !== null) context.addIssue({ code: 'custom', path: ['customEmail'], message: fault })
  }, ALONGSIDE)

/** What is no text is told of as such. */
function customFault(email: unknown): string | null {
  if (email === undefined) return 'is required for a custom recipient'
  return typeof email === 'string' ? addressFault(email) : null
}

/** `templateId` may stand at the step's top level instead; whoever stores the step checks that both agree. */
export const sendEmailConfig = z.strictObject({
  templateId: z.guid().optional(),
  recipient: recipient.default({ type: 'CONTACT' }),
  retries: z.int().min(0).max(10).default(4),
})

export type SendEmailConfig = z.infer<typeof sendEmailConfig>
