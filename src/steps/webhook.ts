import type { CallFailure, CallResult, EffectResult } from '../effects/ports.js'
import type { Failure } from '../workflow/execution.js'
import type { JsonObject } from '../workflow/json.js'
import type { StepDefinition } from './definition.js'
import { type WebhookConfig, webhookConfig } from './webhookConfig.js'
import { makeRequest, renderUrl } from './webhookRequest.js'

/** Answers that the same request may not get again; every other 4xx is final. */
const TRANSIENT: ReadonlySet<number> = new Set([408, 425, 429])

/** Calls a URL with data of the contact; left by `success` on a 2xx, else by `failure`. */
export const webhook: StepDefinition<'WEBHOOK', WebhookConfig> = {
  type: 'WEBHOOK',
  config: webhookConfig,
  writeOnly: ['secret', 'previousSecret'],
  liquid: ['url', 'headers', 'body'],
  branches: () => ['success', 'failure'],
  needs: () => ({ contact: true, execution: true }),

  decide(config, facts, tools) {
    const url = renderUrl(config, facts, tools.renderer)
    if (!url.ok) return notMade(config, url.error)
    const { timeoutSeconds, retries } = config
    return { type: 'call', timeoutMs: timeoutSeconds * 1000, host: url.value.host, retries }
  },

  async effect(config, facts, tools) {
    const request = makeRequest(config, facts, tools)
    if (!request.ok) return notMade(config, request.error)
    const result = await tools.http.call(request.value)
    return result.type === 'answered' ? answered(config, result) : unanswered(config, result)
  },
}

type Final = Extract<EffectResult, { type: 'done' | 'fail' }>

function answered(config: WebhookConfig, result: Extract<CallResult, { type: 'answered' }>): EffectResult {
  const { statusCode, response, retryAfterMs } = result
  if (statusCode >= 200 && statusCode < 300)
    return { type: 'done', branch: 'success', output: { statusCode, success: true, response } }
  const error = { code: 'HTTP_STATUS', message: `answered ${statusCode}` }
  const output = { statusCode, success: false, response, error: error.message }
  const otherwise = failed(config, error, output)
  const transient = statusCode >= 500 || TRANSIENT.has(statusCode)
  return transient ? { type: 'retry', afterMs: retryAfterMs, error, otherwise } : otherwise
}

function unanswered(config: WebhookConfig, result: CallFailure): EffectResult {
  const code = result.unknown ? 'OUTCOME_UNKNOWN' : result.retriable ? 'UNREACHABLE' : 'CALL_REFUSED'
  const error = { code, message: result.message }
  const otherwise = notMade(config, error)
  return result.retriable ? { type: 'retry', afterMs: null, error, otherwise } : otherwise
}

function notMade(config: WebhookConfig, error: Failure): Final {
  return failed(config, error, { statusCode: null, success: false, error: error.message })
}

function failed(config: WebhookConfig, error: Failure, output: JsonObject): Final {
  if (config.onFailure === 'fail') return { type: 'fail', error, output }
  return { type: 'done', branch: 'failure', output }
}
