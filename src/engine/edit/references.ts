import { isJsonObject, type JsonObject, type JsonValue } from '../../workflow/json.js'
import type { Step } from '../../workflow/step.js'
import type { Transition } from '../../workflow/transition.js'

/** `steps.<name>` and `steps['<name>']` as fields, rules and templates write them. */
const REFERENCE = /\bsteps(\.|\[["'])([A-Za-z0-9_-]+)/g

export type Rename = (name: string) => string | undefined

/** Configs and rules can read other steps' outputs by id: in a copy they read the copies'. */
export function renameInStep(step: Step, rename: Rename): Step {
  return { ...step, config: renameInObject(step.config, rename) }
}

export function renameInTransition(transition: Transition, rename: Rename): Transition {
  const { condition } = transition
  return { ...transition, condition: condition === null ? null : renameInObject(condition, rename) }
}

export function renameInObject(object: JsonObject, rename: Rename): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, renamed(value, rename)]))
}

function renamed(value: JsonValue, rename: Rename): JsonValue {
  if (typeof value === 'string')
    return value.replace(REFERENCE, (whole, opening: string, name: string) => {
      const next = rename(name)
      return next === undefined ? whole : `steps${opening}${next}`
    })
  if (Array.isArray(value)) return value.map((item) => renamed(item, rename))
  return isJsonObject(value) ? renameInObject(value, rename) : value
}
