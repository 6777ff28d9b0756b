import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'

/** A receiver on the loopback that counts what comes, by its identity. */
export interface CountingSink {
  readonly port: number
  /** Times that each identity came. */
  readonly counts: ReadonlyMap<string, number>
  /** Requests or mails so far. */
  received(): number
  /** Resolves at the n-th arrival, counted from the start. */
  reached(n: number): Promise<void>
  /** Resolves once n identities have come. */
  known(n: number): Promise<void>
  /** Seconds from the first arrival to the last. */
  seconds(): number
  close(): Promise<void>
}

function counter() {
  const counts = new Map<string, number>()
  const waiting: { readonly holds: () => boolean; readonly wake: () => void }[] = []
  const until = (holds: () => boolean) =>
    new Promise<void>((wake) => {
      if (holds()) wake()
      else waiting.push({ holds, wake })
    })
  let [received, first, last] = [0, 0, 0]
  return {
    counts,
    received: () => received,
    seconds: () => (last - first) / 1000,
    reached: (n: number) => until(() => received >= n),
    known: (n: number) => until(() => counts.size >= n),
    take: (id: string) => {
      counts.set(id, (counts.get(id) ?? 0) + 1)
      received++
      last = performance.now()
      if (first === 0) first = last
      for (const { holds, wake } of waiting) if (holds()) wake()
    },
  }
}

/** Answers every request with 200 after `ms`. */
export async function countWebhooks(ms: number): Promise<CountingSink> {
  const { take, ...counted } = counter()
  const endpoint = await openEndpoint((request, response) => {
    take(String(request.headers['webhook-id']))
    request.resume()
    const answer = () => response.writeHead(200, { 'content-length': 0 }).end()
    if (ms === 0) answer()
    else setTimeout(answer, ms)
  })
  return { ...counted, ...endpoint }
}

export interface Endpoint {
  readonly port: number
  close(): Promise<void>
}

/** A receiver of webhooks on a port of its own, so a host of its own. */
export async function openEndpoint(listener: RequestListener): Promise<Endpoint> {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async () => {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  return { port: (server.address() as AddressInfo).port, close }
}

export async function countMails(): Promise<CountingSink> {
  const { take, ...counted } = counter()
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData: (stream, session, done) => {
      stream.resume()
      stream.on('end', () => {
        take(session.envelope.rcptTo.map(({ address }) => address).join())
        done()
      })
    },
  })
  const listener = server.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const close = () => new Promise<void>((resolve) => server.close(resolve))
  return { ...counted, port: (listener.address() as AddressInfo).port, close }
}
