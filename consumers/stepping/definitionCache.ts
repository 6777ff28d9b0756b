import { type Compiled, compile } from '../../src/engine/compile.js'
import type { DefinitionKey, DefinitionStore } from '../../src/store/ports/definitions.js'

/** Pinned definitions never change, so what was compiled once serves until it is the oldest of too many. */
const CAPACITY = 2_000

export interface DefinitionCache {
  /** Every definition asked for that exists, compiled; one database call for all that are not here yet. */
  load(keys: readonly DefinitionKey[]): Promise<void>
  get(key: DefinitionKey): Compiled | undefined
}

export function createDefinitionCache(store: DefinitionStore): DefinitionCache {
  const cached = new Map<string, Compiled>()
  return {
    get: (key) => cached.get(nameOf(key)),
    load: async (keys) => {
      const missing = new Map(keys.filter((key) => !cached.has(nameOf(key))).map((key) => [nameOf(key), key]))
      if (missing.size === 0) return
      for (const definition of await store.pinned([...missing.values()])) {
        const compiled = compile(definition)
        if (compiled !== null) remember(cached, nameOf(definition), compiled)
      }
    },
  }
}

function nameOf({ workflowId, version }: DefinitionKey): string {
  return `${workflowId}:${version}`
}

function remember(cached: Map<string, Compiled>, name: string, compiled: Compiled): void {
  const oldest = cached.size >= CAPACITY ? cached.keys().next() : undefined
  if (oldest?.done === false) cached.delete(oldest.value)
  cached.set(name, compiled)
}
