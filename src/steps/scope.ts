import type { JsonObject } from '../workflow/json.js'
import type { Uses } from '../workflow/rule.js'
import { ruleScope } from '../workflow/ruleScope.js'
import type { Facts, Needs } from './definition.js'

/** What conditions and the rules of transitions run over. */
export function ruleData({ contact, context, steps }: Facts): JsonObject {
  return { ...ruleScope(contact, context), steps }
}

/** What has to be read before something with these uses can be decided. */
export function needsOf({ contact, event, steps }: Uses): Needs {
  return { contact, execution: event || steps }
}

const LIQUID = /\{\{|\{%/

/** Is there anything to render in this text? */
export function isLiquid(text: string): boolean {
  return LIQUID.test(text)
}

/**
 * What has to be read before these Liquid texts can be rendered: a root that no text names is not needed.
 * A bracket may name a root in ways that only rendering shows, so it counts as all of them.
 */
export function needsOfLiquid(texts: readonly string[]): Needs {
  const liquid = texts.filter(isLiquid)
  const names = (pattern: RegExp) => liquid.some((text) => pattern.test(text))
  return {
    contact: names(/\[|\bcontact\b|\bdata\b/),
    execution: names(/\[|\bevent\b|\bsteps\b|\bexecution\b/),
  }
}
