import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'

/** A way to a server that a test can cut and mend. */
export interface CutProxy {
  readonly port: number
  cut(): void
  mend(): void
  close(): Promise<void>
}

export async function startProxy(host: string, port: number): Promise<CutProxy> {
  const sockets = new Set<Socket>()
  let open = true
  const server = createServer((inner) => {
    if (!open) {
      inner.destroy()
      return
    }
    const outer = connect({ host, port })
    for (const socket of [inner, outer]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        inner.destroy()
        outer.destroy()
      })
    }
    inner.pipe(outer).pipe(inner)
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const cut = () => {
    open = false
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    mend: () => {
      open = true
    },
    close: () => {
      cut()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
