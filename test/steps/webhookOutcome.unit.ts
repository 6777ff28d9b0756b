import assert from 'node:assert/strict'
import type { CallResult, EffectResult } from '../../src/effects/ports.js'
import { webhook } from '../../src/steps/webhook.js'
import type { JsonObject } from '../../src/workflow/json.js'
import { aStep, someFacts } from '../support/effectFacts.js'
import { world } from '../support/effectTools.js'

const url = 'https://hooks.example:8443/in'

async function outcomeOf(answer: CallResult, config: JsonObject = {}): Promise<EffectResult | undefined> {
  const whole = { url, ...config }
  const { tools } = world({ step: aStep('WEBHOOK', whole), answer })
  return webhook.effect?.(webhook.config.parse(whole), someFacts(), tools)
}

const answered = (statusCode: number, retryAfterMs: number | null = null): CallResult => ({
  type: 'answered',
  statusCode,
  response: { said: statusCode },
  retryAfterMs,
  ms: 5,
})
const lost = (retriable: boolean, unknown: boolean): CallResult => ({
  type: 'failed',
  message: 'lost',
  retriable,
  unknown,
  ms: 5,
})

describe('WEBHOOK outcome', () => {
  for (const status of [200, 201, 202, 204, 299])
    it(`is a success after ${status}`, async () =>
      assert.deepEqual(await outcomeOf(answered(status)), {
        type: 'done',
        branch: 'success',
        output: { statusCode: status, success: true, response: { said: status } },
      }))

  for (const status of [301, 302, 307, 400, 401, 403, 404, 409, 410, 418, 422, 451])
    it(`is a failure at once after ${status}`, async () =>
      assert.deepEqual(await outcomeOf(answered(status)), {
        type: 'done',
        branch: 'failure',
        output: {
          statusCode: status,
          success: false,
          response: { said: status },
          error: `answered ${status}`,
        },
      }))

  for (const status of [408, 425, 429, 500, 502, 503, 504, 599])
    it(`may be tried again after ${status}`, async () =>
      assert.deepEqual(await outcomeOf(answered(status, 7_000)), {
        type: 'retry',
        afterMs: 7_000,
        error: { code: 'HTTP_STATUS', message: `answered ${status}` },
        otherwise: {
          type: 'done',
          branch: 'failure',
          output: {
            statusCode: status,
            success: false,
            response: { said: status },
            error: `answered ${status}`,
          },
        },
      }))

  const failure = {
    type: 'done',
    branch: 'failure',
    output: { statusCode: null, success: false, error: 'lost' },
  }

  it('may be tried again when nobody could be reached', async () =>
    assert.deepEqual(await outcomeOf(lost(true, false)), {
      type: 'retry',
      afterMs: null,
      error: { code: 'UNREACHABLE', message: 'lost' },
      otherwise: failure,
    }))

  it('is recorded as unknown when the request may have arrived', async () =>
    assert.deepEqual(await outcomeOf(lost(true, true)), {
      type: 'retry',
      afterMs: null,
      error: { code: 'OUTCOME_UNKNOWN', message: 'lost' },
      otherwise: failure,
    }))

  it('is a failure at once when the call was refused', async () =>
    assert.deepEqual(await outcomeOf(lost(false, false)), failure))

  it('fails the step instead of taking the branch where the config says so', async () => {
    assert.deepEqual(await outcomeOf(lost(false, false), { onFailure: 'fail' }), {
      type: 'fail',
      error: { code: 'CALL_REFUSED', message: 'lost' },
      output: { statusCode: null, success: false, error: 'lost' },
    })
    const retry = await outcomeOf(answered(500), { onFailure: 'fail' })
    assert.equal(retry?.type === 'retry' && retry.otherwise.type, 'fail')
  })
})

describe('WEBHOOK decision', () => {
  const decide = (config: JsonObject) => {
    const { tools } = world({ step: aStep('WEBHOOK', config) })
    return webhook.decide(
      webhook.config.parse(config),
      someFacts({ context: { host: 'other.example' } }),
      tools,
    )
  }

  it('claims a call to the rendered host', () => {
    assert.deepEqual(decide({ url }), {
      type: 'call',
      timeoutMs: 10_000,
      host: 'hooks.example:8443',
      retries: 4,
    })
    const config = { url: 'https://{{ event.host }}/', timeoutSeconds: 2.5, retries: 0 }
    assert.deepEqual(decide(config), { type: 'call', timeoutMs: 2_500, host: 'other.example', retries: 0 })
  })

  it('takes the failure branch, or fails, where there is nobody to call', () => {
    const config = { url: '{{ event.nothing }}' }
    assert.deepEqual(decide(config), {
      type: 'done',
      branch: 'failure',
      output: { statusCode: null, success: false, error: 'url: is no absolute URL' },
    })
    const error = { code: 'REQUEST_INVALID', message: 'url: is no absolute URL' }
    const outcome = decide({ ...config, onFailure: 'fail' })
    assert.deepEqual(outcome.type === 'fail' && outcome.error, error)
  })
})
