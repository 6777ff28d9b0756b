import { z } from 'zod'
import type { TemplateCheck } from '../effects/ports.js'
import { MillraceError } from '../errors.js'
import type { Clock } from '../store/ports/clock.js'
import type { TemplateFields, TemplateStore } from '../store/ports/templates.js'
import type { WorkflowStore } from '../store/ports/workflows.js'
import type { ProjectId, TemplateId } from '../workflow/ids.js'
import { type Route, route } from './route.js'
import { idOf } from './schemas/common.js'
import { pageAnswer, pageQuery, pageSchema } from './schemas/pages.js'
import { showTemplate, templateBodies, templateSchema } from './schemas/templates.js'

export interface TemplateDeps {
  readonly templates: TemplateStore
  readonly workflows: Pick<WorkflowStore, 'usesTemplate'>
  readonly checkTemplate: TemplateCheck
  readonly clock: Clock
}

const tag = 'Templates'
const params = z.object({ id: idOf<TemplateId>() })
const one = { description: 'The template', schema: templateSchema }

/** What mails are made of. */
export function templateRoutes(deps: TemplateDeps): Route[] {
  const { create, patch } = templateBodies(deps.checkTemplate)
  return [
    listRoute(deps),
    createRoute(deps, create),
    getRoute(deps),
    patchRoute(deps, patch),
    deleteRoute(deps),
  ]
}

type Bodies = ReturnType<typeof templateBodies>

function listRoute({ templates }: TemplateDeps): Route {
  return route({
    method: 'GET',
    path: '/templates',
    access: 'secret',
    tag,
    summary: 'List templates',
    query: pageQuery({ search: z.string().max(200).optional() }),
    answers: { 200: { description: 'A page of templates', schema: pageSchema(templateSchema) } },
    errors: ['VALIDATION_ERROR'],
    handle: async ({ projectId, query: { place, search } }) => {
      const asked = { search: search?.trim() || null, skip: place.skip, limit: place.pageSize }
      const found = await templates.list(projectId, asked)
      return { status: 200, body: pageAnswer(place, found.templates.map(showTemplate), found.total) }
    },
  })
}

function createRoute({ templates, clock }: TemplateDeps, body: Bodies['create']): Route {
  return route({
    method: 'POST',
    path: '/templates',
    access: 'secret',
    tag,
    summary: 'Create a template',
    body,
    answers: { 201: one },
    errors: ['VALIDATION_ERROR'],
    handle: async ({ projectId, body: { text = null, fromName = null, replyTo = null, ...rest } }) => {
      const template = await templates.create(projectId, { ...rest, text, fromName, replyTo }, clock.now())
      return { status: 201, body: showTemplate(template) }
    },
  })
}

export async function foundTemplate(templates: TemplateStore, projectId: ProjectId, id: TemplateId) {
  return (await templates.find(projectId, id)) ?? unknownTemplate()
}

function unknownTemplate(): never {
  throw new MillraceError('TEMPLATE_NOT_FOUND', 'There is no such template.')
}

function getRoute({ templates }: TemplateDeps): Route {
  return route({
    method: 'GET',
    path: '/templates/:id',
    access: 'secret',
    tag,
    summary: 'Get a template',
    params,
    answers: { 200: one },
    errors: ['TEMPLATE_NOT_FOUND'],
    handle: async ({ projectId, params: { id } }) => ({
      status: 200,
      body: showTemplate(await foundTemplate(templates, projectId, id)),
    }),
  })
}

function patchRoute({ templates, clock }: TemplateDeps, body: Bodies['patch']): Route {
  return route({
    method: 'PATCH',
    path: '/templates/:id',
    access: 'secret',
    tag,
    summary: 'Change a template',
    description: 'null clears text, fromName and replyTo. Mails sent from now on follow it.',
    params,
    body,
    answers: { 200: one },
    errors: ['TEMPLATE_NOT_FOUND', 'VALIDATION_ERROR'],
    handle: async ({ projectId, params: { id }, body: given }) => {
      const set = Object.entries(given).filter(([, value]) => value !== undefined)
      const fields: Partial<TemplateFields> = Object.fromEntries(set)
      const template = await templates.change(projectId, id, { fields, now: clock.now() })
      return { status: 200, body: showTemplate(template ?? unknownTemplate()) }
    },
  })
}

function deleteRoute({ templates, workflows }: TemplateDeps): Route {
  return route({
    method: 'DELETE',
    path: '/templates/:id',
    access: 'secret',
    tag,
    summary: 'Delete a template that no workflow uses',
    params,
    answers: { 204: { description: 'Deleted' } },
    errors: ['TEMPLATE_NOT_FOUND', 'CONFLICT'],
    handle: async ({ projectId, params: { id } }) => {
      await foundTemplate(templates, projectId, id)
      if (await workflows.usesTemplate(projectId, id))
        throw new MillraceError('CONFLICT', 'A workflow uses this template.')
      return (await templates.remove(projectId, id)) ? { status: 204 } : unknownTemplate()
    },
  })
}
