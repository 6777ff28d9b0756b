import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { until } from './engineWorld.js'
import type { Reply } from './http.js'
import type { LiveApi } from './liveApi.js'

export interface Row {
  readonly id: string
  readonly status: string
}

/** The calls that flows on a live service take; each asserts that it was answered well. */
export function flowsOf(api: () => LiveApi) {
  const post = async (path: string, body?: unknown, headers = {}) => {
    const reply = await api().call('POST', path, body === undefined ? { headers } : { body, headers })
    assert.ok(reply.status < 300, `${path}: ${reply.status} ${JSON.stringify(reply.body)}`)
    return reply
  }
  const newPath = async (more: object = {}) => {
    const made = await post('/workflows', {
      name: 'w',
      eventName: `e-${randomUUID()}`,
      enabled: true,
      ...more,
    })
    const event = String(made.at('triggerConfig.eventName'))
    return { path: `/workflows/${made.at('id')}`, event, triggerId: String(made.at('steps.0.id')) }
  }
  const step = async (path: string, type: string, config: object, more: object = {}) =>
    String((await post(`${path}/steps`, { type, name: type.toLowerCase(), config, ...more })).at('id'))
  const arrow = (path: string, fromStepId: string, toStepId: string, branch: string) =>
    post(`${path}/transitions`, { fromStepId, toStepId, condition: { branch } })
  const person = async (data: object = {}) => {
    const made = await post('/contacts', { email: `${randomUUID()}@example.com`, data })
    return { id: String(made.at('id')), email: String(made.at('email')) }
  }
  const start = async (path: string, contactId: string, more: object = {}) =>
    String((await post(`${path}/executions`, { contactId, ...more })).at('id'))
  const reached = async (path: string, id: string, status: string): Promise<Reply> => {
    let last: Reply | undefined
    await until(
      `${id} is ${status}, not ${last?.at('status')}`,
      async () => {
        last = await api().call('GET', `${path}/executions/${id}`)
        return last.at('status') === status
      },
      60_000,
    )
    return last as Reply
  }
  return { post, newPath, step, arrow, person, start, reached }
}

/** `TYPE STATUS branch` of every step that an execution shows. */
export function stepsOf(reply: Reply): string[] {
  const shown = reply.at('stepExecutions') as {
    step: { type: string }
    status: string
    branch: string | null
  }[]
  return shown.map(({ step: { type }, status, branch }) => `${type} ${status} ${branch ?? ''}`.trim())
}
