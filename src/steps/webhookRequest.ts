import { type HttpCall, type Renderer, TemplateError } from '../effects/ports.js'
import type { Failure } from '../workflow/execution.js'
import type { JsonObject, JsonValue } from '../workflow/json.js'
import { parseWebUrl } from '../workflow/webUrl.js'
import type { Facts } from './definition.js'
import { liquidScope } from './liquidScope.js'
import { mapTexts } from './texts.js'
import type { WebhookConfig } from './webhookConfig.js'
import { headerValueFault } from './webhookRules.js'

export type Made<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: Failure }

/** UTF-8 bytes of a request's body. */
const MAX_BODY_BYTES = 2 * 1024 * 1024

/** The rendered URL; its host is what call slots are counted by. */
export function renderUrl(config: WebhookConfig, facts: Facts, renderer: Renderer): Made<URL> {
  return attempt('url', () => {
    const parsed = parseWebUrl(renderer.render(config.url, liquidScope(facts)))
    if (!parsed.ok) throw new RequestFault(parsed.message)
    return parsed.url
  })
}

/** The request as it will be sent, byte for byte; its identity stays the same over all tries. */
export function makeRequest(config: WebhookConfig, facts: Facts, tools: Tools): Made<HttpCall> {
  const url = renderUrl(config, facts, tools.renderer)
  if (!url.ok) return url
  const headers = renderHeaders(config, facts, tools.renderer)
  if (!headers.ok) return headers
  const body = renderBody(config, facts, tools.renderer)
  if (!body.ok) return body
  const id = `${facts.execution.id}:${tools.step.id}`
  const secrets = [config.secret, config.previousSecret].filter((secret) => secret !== undefined)
  const call: HttpCall = {
    url: url.value.href,
    method: config.method,
    headers: { ...defaults(body.value), ...headers.value, 'webhook-id': id },
    body: body.value,
    timeoutMs: config.timeoutSeconds * 1000,
    signing: secrets.length === 0 ? null : { id, secrets },
  }
  return { ok: true, value: call }
}

interface Tools {
  readonly renderer: Renderer
  readonly step: { readonly id: string }
}

function defaults(body: string | null): Record<string, string> {
  const common = { accept: 'application/json, */*;q=0.5', 'user-agent': 'Millrace' }
  return body === null ? common : { ...common, 'content-type': 'application/json' }
}

function renderHeaders(
  config: WebhookConfig,
  facts: Facts,
  renderer: Renderer,
): Made<Record<string, string>> {
  const rendered: Record<string, string> = {}
  for (const [name, text] of Object.entries(config.headers)) {
    const value = attempt(`headers.${name}`, () => {
      const line = renderer.render(text, liquidScope(facts))
      const fault = headerValueFault(line)
      if (fault !== null) throw new RequestFault(fault)
      return line
    })
    if (!value.ok) return value
    rendered[name.toLowerCase()] = value.value
  }
  return { ok: true, value: rendered }
}

function renderBody(config: WebhookConfig, facts: Facts, renderer: Renderer): Made<string | null> {
  if (config.method === 'GET') return { ok: true, value: null }
  return attempt('body', () => {
    const { body } = config
    const scope = liquidScope(facts)
    const render = (given: JsonValue) => mapTexts(given, (text) => renderer.render(text, scope))
    const value = body === undefined ? defaultBody(facts) : render(body)
    const text = JSON.stringify(value)
    if (Buffer.byteLength(text) > MAX_BODY_BYTES) throw new RequestFault(`is over ${MAX_BODY_BYTES} bytes`)
    return text
  })
}

function defaultBody({ contact, workflow, execution, context }: Facts): JsonObject {
  const { id = null, email = null, subscribed = null, data = {} } = contact ?? {}
  return {
    contact: { id, email, subscribed, data },
    workflow: { id: workflow.id, name: workflow.name },
    execution: { id: execution.id, startedAt: execution.startedAt.toISOString() },
    event: context,
  }
}

class RequestFault extends Error {}

function attempt<T>(field: string, make: () => T): Made<T> {
  try {
    return { ok: true, value: make() }
  } catch (error) {
    if (!(error instanceof RequestFault || error instanceof TemplateError)) throw error
    const code = error instanceof TemplateError ? 'TEMPLATE_FAILED' : 'REQUEST_INVALID'
    return { ok: false, error: { code, message: `${field}: ${error.message}` } }
  }
}
