import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Registry } from 'prom-client'
import type { Readiness } from './api/operations.js'

export interface OperationsServer {
  readonly port: number
  close(): Promise<void>
}

export interface OperationsServerDeps {
  readonly registry: Registry
  readonly readiness: Readiness
}

type Answer = (response: ServerResponse) => Promise<unknown>

/** `/health`, `/ready` and `/metrics` on a port of their own: kept off the API's, and there without an API. */
export async function startOperationsServer(
  deps: OperationsServerDeps,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<OperationsServer> {
  const answers = answersOf(deps)
  const server = createServer((request, response) => {
    const answer = answers.get(new URL(request.url ?? '/', 'http://any').pathname)
    if (answer === undefined) {
      response.writeHead(404).end()
      return
    }
    answer(response).catch(() => response.writeHead(500).end())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function answersOf({ registry, readiness }: OperationsServerDeps): ReadonlyMap<string, Answer> {
  return new Map<string, Answer>([
    ['/health', async (response) => json(response, 200, { status: 'ok' })],
    [
      '/ready',
      async (response) => {
        const standing = await readiness.check()
        json(response, standing.ready ? 200 : 503, standing)
      },
    ],
    [
      '/metrics',
      async (response) => {
        const text = await registry.metrics()
        response.writeHead(200, { 'Content-Type': registry.contentType }).end(text)
      },
    ],
  ])
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}
