import { z } from 'zod'
import { LETTER_STATUSES } from '../../store/ports/deadLetters.js'
import type { LetterId } from '../../workflow/ids.js'
import { cursorFields } from '../cursor.js'
import { anyJson, idOf, shownId, shownTime } from './common.js'

const time = z.iso
  .datetime({ offset: true, error: 'must be an ISO 8601 time with a zone' })
  .transform((text) => new Date(text))
  .optional()
  .meta({ type: 'string', format: 'date-time', example: '2026-03-01T00:00:00.000Z' })

const filterFields = {
  reason: z.string().min(1).max(200).optional().meta({ example: 'invalid_field' }),
  topic: z.string().min(1).max(249).optional().meta({ example: 'millrace.contact-events' }),
  from: time,
  to: time,
}

export const letterParams = z.object({ id: idOf<LetterId>() })

export const lettersQuery = z.object({
  ...cursorFields,
  ...filterFields,
  status: z.enum(LETTER_STATUSES).optional(),
})

export const redriveBody = z
  .strictObject({ ...filterFields, dryRun: z.boolean().default(false) })
  .meta({ id: 'RedriveFilter', example: { reason: 'handler_threw', dryRun: true } })

const fields = {
  id: shownId,
  status: z.enum(LETTER_STATUSES),
  reason: z.string(),
  message: z.string(),
  topic: z.string(),
  partition: z.int(),
  offset: z.string(),
  size: z.int(),
  sha256: z.string(),
  parkedAt: shownTime,
  settledAt: shownTime.nullable().meta({ type: ['string', 'null'], format: 'date-time' }),
}

export const shownLetter = z.object(fields).meta({ id: 'DeadLetter' })

export const shownWholeLetter = z
  .object({
    ...fields,
    decoded: anyJson.meta({ description: 'The message as JSON where it can be read, else null' }),
    raw: z.string().nullable().meta({ description: 'Its bytes in base64, at most the first MiB' }),
    key: z.string().nullable().meta({ description: 'In base64' }),
    headers: z.record(z.string(), z.string()),
  })
  .meta({ id: 'WholeDeadLetter' })
