import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Execution, type HistoryEntry, isEnded } from '../../src/workflow/execution.js'
import type { Workflow } from '../../src/workflow/workflow.js'
import { type EngineWorld, until } from './engineWorld.js'
import { httpSink, type Sink } from './sink.js'

/** One request as it came in, with the means to answer it. */
export interface Received {
  readonly path: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly at: number
  answer(status: number, body?: unknown, headers?: Readonly<Record<string, string>>): void
}

export interface WebhookSink extends Sink {
  readonly received: Received[]
  /** What came to a path, in order. */
  of(path: string): Received[]
}

/** Real HTTP on the loopback: keeps what comes, and answers as told; `count` is 1 for the first of a path. */
export async function webhookSink(
  reply: (request: Received, count: number) => void = (request) => request.answer(200),
): Promise<WebhookSink> {
  const received: Received[] = []
  const of = (path: string) => received.filter((one) => one.path === path)
  const sink = await httpSink((request, response) => {
    void receive(request, response).then((one) => {
      received.push(one)
      reply(one, of(one.path).length)
    })
  })
  return { ...sink, received, of }
}

async function receive(request: IncomingMessage, response: ServerResponse): Promise<Received> {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(request, 'end')
  return {
    path: request.url ?? '',
    method: request.method ?? '',
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    ),
    body: Buffer.concat(chunks).toString(),
    at: Date.now(),
    answer: (status, body, headers = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(body === undefined ? undefined : JSON.stringify(body))
    },
  }
}

/** The workflow's executions, once as many of them have ended. */
export async function endedOnes(world: EngineWorld, workflow: Workflow, count = 1): Promise<Execution[]> {
  let ended: Execution[] = []
  await until(
    `${count} executions of "${workflow.name}" ended`,
    async () => {
      ended = (await world.executions(workflow)).filter(({ state }) => isEnded(state))
      return ended.length === count
    },
    40_000,
  )
  return ended
}

export function entryOf(execution: Execution | undefined, key: string): HistoryEntry | undefined {
  return execution?.history.find((entry) => entry.key === key)
}
