import type { Route } from './route.js'

/** Every endpoint. The router, the checks, OpenAPI and the tenancy test follow from this list. */
export function createRoutes(): readonly Route[] {
  return []
}
