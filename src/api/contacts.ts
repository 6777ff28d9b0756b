import { z } from 'zod'
import { MillraceError } from '../errors.js'
import { type ErasureDeps, eraseContact } from '../store/eraseContact.js'
import type { ContactDirectory, ContactPlace } from '../store/ports/contactDirectory.js'
import type { ContactId, ProjectId } from '../workflow/ids.js'
import type { JsonObject } from '../workflow/json.js'
import { type ContactUpdates, createUpdates, type UpdateDeps } from './contactUpdates.js'
import { cursorAnswer, cursorFields, readCursor } from './cursor.js'
import { type Route, route } from './route.js'
import { idOf } from './schemas/common.js'
import { contactData, contactSchema, email, showContact } from './schemas/contacts.js'
import { cursorSchema } from './schemas/pages.js'

export interface ContactDeps extends UpdateDeps {
  readonly contacts: ContactDirectory
  readonly erasure: ErasureDeps
}

const tag = 'Contacts'
const params = z.object({ id: idOf<ContactId>() })
const one = { description: 'The contact', schema: contactSchema }
const placeSchema = z.tuple([z.int().min(0), idOf<ContactId>()])

const listQuery = z.object({
  ...cursorFields,
  search: z.string().max(320).optional().meta({ description: 'Literal part of the address, in any case' }),
  subscribed: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional(),
})

const upsertBody = z.strictObject({ email, data: contactData.optional(), subscribed: z.boolean().optional() })
const patchBody = z.strictObject({
  email: email.optional(),
  data: contactData.optional(),
  subscribed: z.boolean().optional(),
})

/** People: list, upsert by address, read, change, erase. */
export function contactRoutes(deps: ContactDeps): Route[] {
  const updates = createUpdates(deps)
  return [listRoute(deps), upsertRoute(updates), getRoute(deps), patchRoute(deps, updates), deleteRoute(deps)]
}

function listRoute({ contacts }: ContactDeps): Route {
  return route({
    method: 'GET',
    path: '/contacts',
    access: 'secret',
    tag,
    summary: 'List contacts',
    description: 'Newest first. A search looks at a bounded part of the list a call: go on while `hasMore`.',
    query: listQuery,
    answers: { 200: { description: 'A page of contacts', schema: cursorSchema(contactSchema) } },
    errors: ['VALIDATION_ERROR'],
    handle: async ({ projectId, query }) => {
      const of = { list: 'contacts', projectId }
      const after = placeOf(readCursor(of, query.cursor, placeSchema))
      const { limit, subscribed = null } = query
      const search = query.search?.trim() || null
      const page = await contacts.list(projectId, { search, subscribed, after, limit })
      const next = page.next === null ? null : [page.next.createdAt.getTime(), page.next.id]
      return { status: 200, body: cursorAnswer(of, page.contacts.map(showContact), next) }
    },
  })
}

function placeOf(read: z.output<typeof placeSchema> | null): ContactPlace | null {
  return read === null ? null : { createdAt: new Date(read[0]), id: read[1] }
}

function upsertRoute(updates: ContactUpdates): Route {
  return route({
    method: 'POST',
    path: '/contacts',
    access: 'secret',
    tag,
    summary: 'Create or update a contact by its address',
    body: upsertBody,
    answers: { 200: { ...one, description: 'Updated' }, 201: { ...one, description: 'Created' } },
    errors: ['VALIDATION_ERROR'],
    handle: async ({ projectId, body }) => {
      const { contact, created } = await updates.upsert(projectId, body.email, changeOf(body))
      return { status: created ? 201 : 200, body: showContact(contact) }
    },
  })
}

function changeOf(body: { data?: JsonObject | undefined; subscribed?: boolean | undefined }) {
  return { data: body.data ?? {}, subscribed: body.subscribed ?? null }
}

function getRoute({ contacts }: ContactDeps): Route {
  return route({
    method: 'GET',
    path: '/contacts/:id',
    access: 'secret',
    tag,
    summary: 'Get a contact',
    params,
    answers: { 200: one },
    errors: ['CONTACT_NOT_FOUND'],
    handle: async ({ projectId, params: { id } }) => ({
      status: 200,
      body: showContact(await found(contacts, projectId, id)),
    }),
  })
}

async function found(contacts: ContactDirectory, projectId: ProjectId, id: ContactId) {
  return (await contacts.get(projectId, id)) ?? unknownContact()
}

function unknownContact(): never {
  throw new MillraceError('CONTACT_NOT_FOUND', 'There is no such contact.')
}

function patchRoute({ contacts }: ContactDeps, updates: ContactUpdates): Route {
  return route({
    method: 'PATCH',
    path: '/contacts/:id',
    access: 'secret',
    tag,
    summary: 'Change a contact',
    description: 'Data merges key by key: null deletes, "" is ignored.',
    params,
    body: patchBody,
    answers: { 200: one },
    errors: ['CONTACT_NOT_FOUND', 'CONFLICT', 'VALIDATION_ERROR'],
    handle: async ({ projectId, params: { id }, body }) => {
      const read = () => found(contacts, projectId, id)
      const contact = await updates.change(read, { ...changeOf(body), email: body.email ?? null })
      return { status: 200, body: showContact(contact) }
    },
  })
}

function deleteRoute(deps: ContactDeps): Route {
  return route({
    method: 'DELETE',
    path: '/contacts/:id',
    access: 'secret',
    tag,
    summary: 'Erase a contact',
    description: 'Erases its data, events and messages and cancels its executions.',
    params,
    answers: { 204: { description: 'Erased' } },
    errors: ['CONTACT_NOT_FOUND'],
    handle: async ({ projectId, params: { id } }) => {
      const at = { now: deps.clock.now(), until: deps.brokerNow() }
      const known = await eraseContact(deps.erasure, { projectId, id: id }, at)
      return known ? { status: 204 } : unknownContact()
    },
  })
}
