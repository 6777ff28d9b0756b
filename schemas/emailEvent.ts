import { EMAIL_EVENT_TYPES, type EmailEvent, emailEventType } from '../src/workflow/emailEvent.js'
import type { ProjectId } from '../src/workflow/ids.js'
import { checkData } from './eventData.js'
import { type Fields, invalid, optional, readId, readText, readVersion } from './fields.js'
import type { Shape } from './shape.js'

export const emailEvent: Shape<EmailEvent> = {
  write: (event, form) => ({
    v: event.v,
    projectId: event.projectId,
    type: event.type,
    messageId: event.messageId,
    eventId: event.eventId,
    data: form.writeData(event.data),
    occurredAt: event.occurredAt === null ? null : form.writeTime(event.occurredAt),
  }),
  read: (fields, form, wireBytes) => ({
    v: readVersion(fields),
    projectId: readId<ProjectId>(fields, 'projectId'),
    type: readType(fields, 'type'),
    messageId: readText(fields, 'messageId'),
    eventId: optional(fields, 'eventId', readEventId),
    data: checkData(form.readData(optional(fields, 'data', (_, name) => fields[name]) ?? {}), wireBytes),
    occurredAt: optional(fields, 'occurredAt', form.readTime),
  }),
}

function readType(fields: Fields, field: string): EmailEvent['type'] {
  const type = emailEventType(readText(fields, field))
  if (type === null) throw invalid(field, `must be one of ${EMAIL_EVENT_TYPES.join(', ')}`)
  return type
}

function readEventId(fields: Fields, field: string): string {
  const text = readText(fields, field)
  if (text.length === 0 || text.length > 200) throw invalid(field, 'must have 1 to 200 characters')
  return text
}
