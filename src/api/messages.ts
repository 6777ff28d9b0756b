import { z } from 'zod'
import type { MessageStore } from '../store/ports/messages.js'
import type { ContactId, ExecutionId, MessageId } from '../workflow/ids.js'
import type { MessageRecord } from '../workflow/mail.js'
import { cursorAnswer, cursorFields, readCursor } from './cursor.js'
import { type Route, route } from './route.js'
import { idOf, shownId, shownTime } from './schemas/common.js'
import { cursorSchema } from './schemas/pages.js'

const messageSchema = z
  .object({
    id: shownId,
    contactId: shownId,
    executionId: shownId,
    to: z.string(),
    subject: z.string(),
    status: z.enum(['QUEUED', 'SENT', 'FAILED', 'SKIPPED']),
    reason: z.string().nullable(),
    messageId: z.string(),
    captured: z
      .object({ html: z.string(), text: z.string() })
      .nullable()
      .meta({ description: 'Not null: no SMTP_URL is set, so the mail went nowhere and is only kept here' }),
    createdAt: shownTime,
  })
  .meta({ id: 'Message' })

const placeSchema = z.tuple([z.int().min(0), idOf<MessageId>()])

/** E-mails that executions sent, or did not. */
export function messageRoutes({ messages }: { readonly messages: MessageStore }): Route[] {
  return [
    route({
      method: 'GET',
      path: '/messages',
      access: 'secret',
      tag: 'Messages',
      summary: 'List e-mails',
      description:
        'Newest first. Without SMTP_URL nothing is sent: mails are captured, and their contents stand here.',
      query: z.object({
        ...cursorFields,
        contactId: idOf<ContactId>().optional(),
        executionId: idOf<ExecutionId>().optional(),
      }),
      answers: { 200: { description: 'A page of e-mails', schema: cursorSchema(messageSchema) } },
      errors: ['VALIDATION_ERROR'],
      handle: async ({ projectId, query }) => {
        const of = { list: 'messages', projectId }
        const read = readCursor(of, query.cursor, placeSchema)
        const after = read === null ? null : { createdAt: new Date(read[0]), id: read[1] }
        const { limit, contactId = null, executionId = null } = query
        const page = await messages.list(projectId, { contactId, executionId, after, limit })
        const next = page.next === null ? null : [page.next.createdAt.getTime(), page.next.id]
        return { status: 200, body: cursorAnswer(of, page.messages.map(showMessage), next) }
      },
    }),
  ]
}

function showMessage({ projectId: _project, ...shown }: MessageRecord) {
  return shown
}
