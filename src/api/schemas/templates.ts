import { z } from 'zod'
import type { TemplateCheck } from '../../effects/ports.js'
import { liquidFault } from '../../steps/liquidFaults.js'
import type { Template } from '../../workflow/mail.js'
import { addressFault } from '../../workflow/mailAddress.js'
import { isCleanText, shownId, shownTime, trimmed } from './common.js'

const MAX_SUBJECT = 1_000
const MAX_BODY = 512 * 1024

const address = z
  .string()
  .trim()
  .superRefine((text, ctx) => {
    const fault = addressFault(text)
    if (fault !== null) ctx.addIssue({ code: 'custom', message: fault, params: { code: 'invalid_format' } })
  })
  .meta({ type: 'string', format: 'email', example: 'hello@example.com' })

/** A name in a header: one line. */
const senderName = trimmed(1, 100).refine((text) => !/[\r\n]/.test(text), { message: 'must be one line' })

/** Text that is Liquid: checked when it is written, so that no mail fails on it later. */
function liquid(check: TemplateCheck, max: number) {
  return z
    .string()
    .max(max)
    .superRefine((text, ctx) => {
      if (!isCleanText(text))
        ctx.addIssue({ code: 'custom', message: 'must not hold NUL or broken characters' })
      const fault = check(text)
      if (fault === null) return
      const { message, code } = liquidFault(fault)
      ctx.addIssue({ code: 'custom', message, params: { code } })
    })
}

function fieldsOf(check: TemplateCheck) {
  return {
    name: trimmed(1, 100),
    subject: liquid(check, MAX_SUBJECT).refine((text) => text.trim() !== '', {
      message: 'must not be empty',
    }),
    body: liquid(check, MAX_BODY).min(1).meta({ description: 'HTML with Liquid' }),
    text: liquid(check, MAX_BODY).nullable().optional(),
    from: address,
    fromName: senderName.nullable().optional(),
    replyTo: address.nullable().optional(),
    type: z.enum(['TRANSACTIONAL', 'MARKETING']),
  }
}

export function templateBodies(check: TemplateCheck) {
  const fields = fieldsOf(check)
  return {
    create: z.strictObject({ ...fields, type: fields.type.default('MARKETING') }),
    patch: z.strictObject(fields).partial(),
  }
}

export const templateSchema = z
  .object({
    id: shownId,
    name: z.string(),
    subject: z.string(),
    body: z.string(),
    text: z.string().nullable(),
    from: z.string(),
    fromName: z.string().nullable(),
    replyTo: z.string().nullable(),
    type: z.enum(['TRANSACTIONAL', 'MARKETING']),
    createdAt: shownTime,
    updatedAt: shownTime,
  })
  .meta({ id: 'Template' })

export const previewSchema = z
  .object({ subject: z.string(), body: z.string(), text: z.string() })
  .meta({ id: 'Preview' })

export function showTemplate({ projectId: _project, ...shown }: Template) {
  return shown
}
