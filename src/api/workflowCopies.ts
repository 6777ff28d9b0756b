import type { TemplateCheck } from '../effects/ports.js'
import { duplicateWorkflow } from '../engine/edit/copy.js'
import { exportWorkflow } from '../engine/edit/exchange.js'
import { importWorkflow } from '../engine/edit/importWorkflow.js'
import { templateIdsOf } from '../store/templateIds.js'
import { checkSize, type EditDeps, getWorkflow, refusal } from './editWorkflow.js'
import { etag } from './etag.js'
import { type Route, route } from './route.js'
import { exchange, shownWorkflow } from './schemas/shown.js'
import { importBody, workflowParams } from './schemas/workflow.js'
import { showExchange, showWorkflow } from './showWorkflow.js'
import { expectTemplates, type TemplateLookup } from './templateUse.js'

const tag = 'Workflows'

export interface CopyDeps extends EditDeps {
  readonly templates: TemplateLookup
  readonly checkTemplate: TemplateCheck
}

/** Workflows as documents: copied within a project, carried between projects. */
export function workflowCopyRoutes(deps: CopyDeps): Route[] {
  return [duplicateRoute(deps), exportRoute(deps), importRoute(deps)]
}

function duplicateRoute({ workflows, clock, newId }: EditDeps): Route {
  return route({
    method: 'POST',
    path: '/workflows/:id/duplicate',
    access: 'secret',
    tag,
    summary: 'Copy a workflow',
    description: 'The copy is disabled, has ids of its own and no executions.',
    params: workflowParams,
    answers: { 201: { description: 'The copy', schema: shownWorkflow, etag: true } },
    errors: ['WORKFLOW_NOT_FOUND'],
    handle: async ({ projectId, params: { id } }) => {
      const original = await getWorkflow(workflows, projectId, id)
      const copy = duplicateWorkflow(original, { now: clock.now(), newId })
      await workflows.insert(projectId, copy)
      return { status: 201, body: showWorkflow(copy), headers: etag(copy.revision) }
    },
  })
}

function exportRoute({ workflows }: EditDeps): Route {
  return route({
    method: 'GET',
    path: '/workflows/:id/export',
    access: 'secret',
    tag,
    summary: 'Export a workflow',
    description:
      'One JSON document without ids: transitions name their ends by key, `trigger` for the TRIGGER. Secrets are left out.',
    params: workflowParams,
    answers: { 200: { description: 'The definition', schema: exchange, etag: true } },
    errors: ['WORKFLOW_NOT_FOUND'],
    handle: async ({ projectId, params: { id } }) => {
      const workflow = await getWorkflow(workflows, projectId, id)
      return { status: 200, body: showExchange(exportWorkflow(workflow)), headers: etag(workflow.revision) }
    },
  })
}

function importRoute({ workflows, clock, newId, templates, checkTemplate }: CopyDeps): Route {
  return route({
    method: 'POST',
    path: '/workflows/import',
    access: 'secret',
    tag,
    summary: 'Import a workflow',
    description: 'All or nothing, checked like the single calls. The workflow is new and disabled.',
    body: importBody,
    answers: { 201: { description: 'The new workflow', schema: shownWorkflow, etag: true } },
    errors: ['TEMPLATE_NOT_FOUND', 'CONFLICT', 'VALIDATION_ERROR'],
    handle: async ({ projectId, body }) => {
      const imported = importWorkflow(projectId, body, { now: clock.now(), newId, checkTemplate })
      if (!imported.ok) throw refusal(imported.fault)
      const { workflow } = imported
      checkSize(workflow)
      await expectTemplates(templates, projectId, templateIdsOf(workflow.steps))
      await workflows.insert(projectId, workflow)
      return { status: 201, body: showWorkflow(workflow), headers: etag(workflow.revision) }
    },
  })
}
