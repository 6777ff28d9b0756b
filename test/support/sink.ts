import { once } from 'node:events'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

export interface Sink {
  readonly port: number
  /** `127.0.0.1:port`, as `WEBHOOK_ALLOW` wants it. */
  readonly pair: string
  readonly url: string
  close(): Promise<void>
}

/** An HTTP server on the loopback. */
export function httpSink(listener: RequestListener): Promise<Sink> {
  return listening(createHttpServer(listener))
}

/** A server that speaks whatever `talk` writes. */
export function rawSink(talk: (socket: Socket) => void): Promise<Sink> {
  return listening(createServer(talk))
}

async function listening(server: Server): Promise<Sink> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const pair = `127.0.0.1:${port}`
  return {
    port,
    pair,
    url: `http://${pair}/`,
    async close() {
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
    },
  }
}
