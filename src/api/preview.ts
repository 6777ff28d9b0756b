import { z } from 'zod'
import { type EffectTools, type Renderer, TemplateError } from '../effects/ports.js'
import { MillraceError } from '../errors.js'
import { liquidFault } from '../steps/liquidFaults.js'
import { mailScope, type RenderedMail, renderMail } from '../steps/renderMail.js'
import type { ContactDirectory } from '../store/ports/contactDirectory.js'
import type { TemplateStore } from '../store/ports/templates.js'
import type { Contact } from '../workflow/contact.js'
import { sizeFaults } from '../workflow/contactData.js'
import type { ContactId, ProjectId, TemplateId } from '../workflow/ids.js'
import type { JsonObject } from '../workflow/json.js'
import type { Template } from '../workflow/mail.js'
import { type Route, route } from './route.js'
import { idOf, jsonObject } from './schemas/common.js'
import { previewSchema } from './schemas/templates.js'
import { foundTemplate } from './templates.js'

export interface PreviewDeps {
  readonly templates: TemplateStore
  readonly contacts: ContactDirectory
  readonly renderer: Renderer
  readonly links: EffectTools['links']
}

const NOBODY = '00000000-0000-0000-0000-000000000000' as ContactId

const data = jsonObject.transform((value, ctx) => {
  for (const { message, code } of sizeFaults(value as JsonObject))
    ctx.addIssue({ code: 'custom', message, params: { code }, input: value })
  return value as JsonObject
})

/** The mail as a contact would get it, with `data` as the event's; without a contact `data` stands for theirs too. */
export function previewRoutes(deps: PreviewDeps): Route[] {
  return [
    route({
      method: 'POST',
      path: '/templates/:id/preview',
      access: 'secret',
      tag: 'Templates',
      summary: 'Preview a template',
      params: z.object({ id: idOf<TemplateId>() }),
      body: z.strictObject({ contactId: idOf<ContactId>().optional(), data: data.optional() }).optional(),
      answers: { 200: { description: 'The mail', schema: previewSchema } },
      errors: ['TEMPLATE_NOT_FOUND', 'CONTACT_NOT_FOUND', 'VALIDATION_ERROR'],
      handle: async ({ projectId, params: { id }, body = {} }) => {
        const template = await foundTemplate(deps.templates, projectId, id)
        const contact = body.contactId === undefined ? null : await found(deps, projectId, body.contactId)
        const scope = scopeOf(deps, { projectId, contact, data: body.data ?? {} })
        const { subject, body: html, text } = render(template, scope, deps.renderer)
        return { status: 200, body: { subject, body: html, text } }
      },
    }),
  ]
}

async function found({ contacts }: PreviewDeps, projectId: ProjectId, id: ContactId): Promise<Contact> {
  const contact = await contacts.get(projectId, id)
  if (contact === null) throw new MillraceError('CONTACT_NOT_FOUND', 'There is no such contact.')
  return contact
}

interface Previewed {
  readonly projectId: ProjectId
  readonly contact: Contact | null
  readonly data: JsonObject
}

function scopeOf({ links }: PreviewDeps, { projectId, contact, data }: Previewed): JsonObject {
  const id = contact?.id ?? NOBODY
  const email = contact?.email ?? ''
  const person = { id, email, subscribed: contact?.subscribed ?? true, data: contact?.data ?? data }
  const roots: JsonObject = {
    contact: person,
    data: { ...contact?.data, ...data },
    event: data,
    steps: {},
    workflow: { id: NOBODY, name: 'Preview' },
    execution: { id: NOBODY, startedAt: null },
  }
  return mailScope(roots, email, {
    unsubscribeUrl: links.unsubscribe(projectId, id),
    subscribeUrl: links.subscribe(projectId, id),
    manageUrl: links.manage(projectId, id),
  })
}

function render(template: Template, scope: JsonObject, renderer: Renderer): RenderedMail {
  try {
    return renderMail(template, scope, renderer)
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    const faults = [{ field: 'template', ...liquidFault(error) }]
    throw new MillraceError('VALIDATION_ERROR', 'The template cannot be rendered.', { faults, cause: error })
  }
}
