import { deadLetterRoutes } from './deadLetters.js'
import { docRoutes } from './docs.js'
import { createEdits } from './editWorkflow.js'
import type { ExecutionDeps } from './executionDeps.js'
import { executionRoutes } from './executionRoutes.js'
import type { ApiInfo } from './openapi.js'
import { type OperationDeps, operationRoutes } from './operations.js'
import type { RedriveDeps } from './redrive.js'
import { type ReplayDeps, replayRoutes } from './replays.js'
import { type ResourceDeps, resourceRoutes } from './resources.js'
import type { Route } from './route.js'
import { stepPatchRoute } from './stepPatch.js'
import { type StepDeps, stepRoutes } from './steps.js'
import { type PageDeps, subscriptionPages } from './subscriptionPages.js'
import { type TrackingDeps, trackingPages } from './trackingPages.js'
import { transitionRoutes } from './transitions.js'
import { workflowBulkRoutes } from './workflowBulk.js'
import { workflowCopyRoutes } from './workflowCopies.js'
import { type FieldDeps, workflowFieldRoutes } from './workflowFields.js'
import { workflowRoutes } from './workflows.js'

export type RouteDeps = OperationDeps &
  StepDeps &
  FieldDeps &
  ResourceDeps &
  ExecutionDeps &
  PageDeps &
  TrackingDeps &
  RedriveDeps &
  ReplayDeps & { readonly info: ApiInfo }

/** Every endpoint. The router, the checks, OpenAPI and the tenancy test follow from this list. */
export function createRoutes(deps: RouteDeps): readonly Route[] {
  const edits = createEdits(deps)
  const routes = [
    ...workflowRoutes(deps, edits),
    ...workflowFieldRoutes(deps),
    ...workflowBulkRoutes(deps),
    ...workflowCopyRoutes(deps),
    ...stepRoutes(deps, edits),
    stepPatchRoute(deps, edits),
    ...transitionRoutes(deps, edits),
    ...executionRoutes(deps),
    ...replayRoutes(deps),
    ...deadLetterRoutes(deps),
    ...resourceRoutes(deps),
    ...subscriptionPages(deps),
    ...trackingPages(deps),
    ...operationRoutes(deps),
  ]
  return [...routes, ...docRoutes(routes, deps.info)]
}
