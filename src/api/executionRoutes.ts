import { executionBulkRoutes } from './executionBulk.js'
import { executionChangeRoutes } from './executionChanges.js'
import type { ExecutionDeps } from './executionDeps.js'
import { executionStartRoute } from './executionStart.js'
import { executionStatsRoute } from './executionStats.js'
import { executionReadRoutes } from './executions.js'
import type { Route } from './route.js'

/** Everything about executions. */
export function executionRoutes(deps: ExecutionDeps): Route[] {
  return [
    ...executionReadRoutes(deps),
    executionStartRoute(deps),
    ...executionChangeRoutes(deps),
    ...executionBulkRoutes(deps),
    executionStatsRoute(deps),
  ]
}
