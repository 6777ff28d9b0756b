import type { Compiled } from '../../src/engine/compile.js'
import { type Compiling, tryCompile } from '../../src/engine/tryCompile.js'
import type { DefinitionKey, DefinitionStore } from '../../src/store/ports/definitions.js'
import type { Definition } from '../../src/workflow/workflow.js'

/** Pinned definitions never change, so what was compiled once serves until it is the oldest of too many. */
const CAPACITY = 2_000

export interface DefinitionCache {
  /** Every definition asked for that exists, compiled; one database call for all that are not here yet. */
  load(keys: readonly DefinitionKey[]): Promise<void>
  get(key: DefinitionKey): Compiled | undefined
  /** Why a definition that was loaded cannot be used; null: it was not there, or it can. */
  faultOf(key: DefinitionKey): string | null
}

export function createDefinitionCache(store: DefinitionStore): DefinitionCache {
  const cached = new Map<string, Compiled>()
  const faults = new Map<string, string>()
  return {
    get: (key) => cached.get(nameOf(key)),
    faultOf: (key) => faults.get(nameOf(key)) ?? null,
    load: async (keys) => {
      const missing = new Map(keys.filter((key) => !cached.has(nameOf(key))).map((key) => [nameOf(key), key]))
      if (missing.size === 0) return
      for (const definition of await store.pinned([...missing.values()])) {
        const name = nameOf(definition)
        const made = compiling(definition)
        if (made.ok) remember(cached, name, made.compiled)
        else remember(faults, name, made.fault)
      }
    },
  }
}

function compiling(definition: Definition): Compiling {
  const { fault } = definition
  return fault === undefined ? tryCompile(definition) : { ok: false, fault }
}

function nameOf({ workflowId, version }: DefinitionKey): string {
  return `${workflowId}:${version}`
}

function remember<Value>(cached: Map<string, Value>, name: string, value: Value): void {
  const oldest = cached.size >= CAPACITY ? cached.keys().next() : undefined
  if (oldest?.done === false) cached.delete(oldest.value)
  cached.set(name, value)
}
