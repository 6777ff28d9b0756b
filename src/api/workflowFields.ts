import type { ContactDirectory } from '../store/ports/contactDirectory.js'
import type { EventDirectory } from '../store/ports/eventDirectory.js'
import { mergePlan } from '../workflow/contactData.js'
import { canonicalName } from '../workflow/contactEvent.js'
import { isJsonObject, type JsonObject, type JsonValue } from '../workflow/json.js'
import { type Route, route } from './route.js'
import { shownFields } from './schemas/shown.js'
import { fieldsQuery } from './schemas/workflow.js'

export interface FieldDeps {
  readonly contacts: Pick<ContactDirectory, 'list'>
  readonly events: Pick<EventDirectory, 'list'>
}

/** The newest of each that are looked at: a sample, so that the answer costs the same however much there is. */
const SAMPLE = 200
const MAX_FIELDS = 1_000

type SeenType = 'string' | 'number' | 'boolean' | 'object' | 'array' | 'null'

/** Which fields conditions can use, by what was seen of contacts and events. */
export function workflowFieldRoutes({ contacts, events }: FieldDeps): Route[] {
  return [
    route({
      method: 'GET',
      path: '/workflows/fields',
      access: 'secret',
      tag: 'Workflows',
      summary: 'List the fields that conditions can use',
      description: 'From a sample of the newest contacts and events, each with the type seen.',
      query: fieldsQuery,
      answers: { 200: { description: 'Fields', schema: shownFields } },
      errors: ['VALIDATION_ERROR'],
      handle: async ({ projectId, query: { eventName } }) => {
        const name = eventName === undefined ? null : canonicalName(eventName)
        const [people, happened] = await Promise.all([
          contacts.list(projectId, { search: null, subscribed: null, after: null, limit: SAMPLE }),
          events.list(projectId, { contactId: null, name, after: null, limit: SAMPLE }),
        ])
        const seen = new Map<string, SeenType>([
          ['contact.email', 'string'],
          ['contact.subscribed', 'boolean'],
        ])
        for (const { data } of people.contacts) look(seen, 'contact.data', data)
        for (const { data } of happened.events) look(seen, 'event', mergePlan(data).context)
        const data = [...seen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([field, type]) => ({ field, type }))
        return { status: 200, body: { data } }
      },
    }),
  ]
}

/** Adds the paths inside `data`. A field whose name holds a dot cannot be reached by any path. */
function look(seen: Map<string, SeenType>, path: string, data: JsonObject): void {
  const reachable = Object.entries(data).filter(([key]) => key !== '' && !key.includes('.'))
  for (const [key, value] of reachable) {
    note(seen, `${path}.${key}`, typeOf(value))
    if (isJsonObject(value)) look(seen, `${path}.${key}`, value)
  }
}

/** What is newer was looked at first and names the type, unless it was null. */
function note(seen: Map<string, SeenType>, field: string, type: SeenType): void {
  const before = seen.get(field)
  if (before === 'null' || (before === undefined && seen.size < MAX_FIELDS)) seen.set(field, type)
}

function typeOf(value: JsonValue): SeenType {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value as Exclude<SeenType, 'null' | 'array'>
}
