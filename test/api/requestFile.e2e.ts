import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { until } from '../support/engineWorld.js'
import { callerOf } from '../support/http.js'
import { type LiveApi, startLiveApi } from '../support/liveApi.js'
import { filledIn, requestsOf } from '../support/requestFile.js'

describe('docs/api.http', () => {
  let api: LiveApi
  before(async () => {
    api = await startLiveApi()
  })
  after(() => api.close())

  it('builds, enables, runs, edits and deletes a workflow on a live service', async () => {
    const requests = requestsOf(await readFile('docs/api.http', 'utf8'))
    const variables = { base: api.url, key: api.keys.secretKey, publicKey: api.keys.publicKey }
    const answers = new Map<string, unknown>()
    assert.ok(requests.length > 25)
    const open = callerOf('', null)
    for (const { title, name, method, url, headers, body } of requests) {
      const fill = (text: string) => filledIn(text, variables, answers)
      const filled = Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, fill(value)]))
      const sent = body === undefined ? {} : { body: fill(body) }
      let told = ''
      // What the engine was just starting may stand in the way of the end for a moment.
      await until(`"${title}" is answered well: ${told}`, async () => {
        const reply = await open(method, fill(url), { headers: filled, ...sent })
        told = `${reply.status} ${JSON.stringify(reply.body)}`
        if (reply.status === 409) return false
        assert.ok(reply.status < 400, `${title}: ${told}`)
        if (name !== null) answers.set(name, reply.body)
        return true
      })
    }
  })
})
