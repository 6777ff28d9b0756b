import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Sink {
  readonly address: string
  /** `webhook-id` of each call, in the order of arrival. */
  readonly received: readonly string[]
  close(): Promise<void>
}

/** A receiver of webhooks on the loopback: answers 200 and remembers who called. */
export async function openSink(): Promise<Sink> {
  const received: string[] = []
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      received.push(String(request.headers['webhook-id']))
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    address: `127.0.0.1:${port}`,
    received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
