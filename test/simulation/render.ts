import { TemplateError } from '../../src/effects/ports.js'

/** Knows one filter: `{{ more x }}` is one more than the contact's field x. */
export function render(template: string, scope: { readonly [root: string]: unknown }): string {
  const field = /^\{\{ more (\w+) \}\}$/.exec(template)?.[1]
  if (template.includes('{{') && field === undefined)
    throw new TemplateError('unknown', { line: 1, column: 1 })
  if (field === undefined) return template
  const data = scope['data'] as Readonly<Record<string, unknown>> | null
  return String(Number(data?.[field] ?? 0) + 1)
}
