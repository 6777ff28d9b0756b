import Router from '@koa/router'
import type { Route } from './route.js'

/** Where a request leads: the route, or the methods its path knows (none: no such path). */
export interface Found {
  readonly route: Route | null
  readonly allowed: readonly string[]
  /** Decoded, unchecked. */
  readonly params: Readonly<Record<string, string>>
}

export type RouteTable = (method: string, path: string) => Found

const NOTHING: Found = { route: null, allowed: [], params: {} }

/** Looks a request up. Paths are case-sensitive and exact; a fixed word goes before a parameter. */
export function createTable(routes: readonly Route[]): RouteTable {
  const router = new Router({ strict: true, sensitive: true })
  const byPath = new Map<string, Route[]>()
  for (const route of [...routes].sort(fixedFirst))
    byPath.set(route.path, [...(byPath.get(route.path) ?? []), route])
  for (const path of byPath.keys()) router.register(path, ['GET'], (_ctx, next) => next())
  return (method, path) => {
    // The router tries one pattern after the other; what stands in the table as it is needs none.
    const fixed = path.includes(':') ? undefined : byPath.get(path)
    if (fixed !== undefined) return foundAmong(fixed, method, {})
    const layer = router.match(path, 'GET').path[0]
    if (layer === undefined) return NOTHING
    return foundAmong(byPath.get(String(layer.path)) ?? [], method, layer.params(path, layer.captures(path)))
  }
}

function foundAmong(here: readonly Route[], method: string, params: Found['params']): Found {
  const wanted = method === 'HEAD' ? 'GET' : method
  return {
    route: here.find((route) => route.method === wanted) ?? null,
    allowed: here.flatMap((route) => (route.method === 'GET' ? ['GET', 'HEAD'] : [route.method])),
    params,
  }
}

/** `/workflows/fields` before `/workflows/:id`. */
function fixedFirst(a: Route, b: Route): number {
  return a.path.split(':').length - b.path.split(':').length
}
