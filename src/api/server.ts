import { randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type Koa from 'koa'
import { type ErrorCode, MillraceError, messageOf } from '../errors.js'
import { errorBody } from './errorBody.js'

export interface ServerOptions {
  readonly host: string
  readonly port: number
  /** Time for headers to arrive; for the whole request twice as long. */
  readonly headersTimeoutMs?: number
  /** How long requests under way may take when the server closes. */
  readonly closeWithinMs?: number
}

export interface RunningServer {
  readonly host: string
  readonly port: number
  /** Takes no more connections, lets requests under way finish, then cuts what is left. */
  close(): Promise<void>
}

const MAX_HEADER_BYTES = 16 * 1024
const SWEEP_MS = 50

/** Listens; nobody can hold a connection open for ever without saying anything. */
export async function startServer(app: Koa, options: ServerOptions): Promise<RunningServer> {
  const { headersTimeoutMs = 15_000 } = options
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      // Node would answer in a shape of its own; nothing here depends on the name of the host.
      requireHostHeader: false,
      headersTimeout: headersTimeoutMs,
      requestTimeout: 2 * headersTimeoutMs,
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: Math.min(5_000, headersTimeoutMs),
    },
    app.callback(),
  )
  server.on('clientError', answerBrokenRequest)
  server.on('connect', (_request, socket: Duplex) => end(socket, 'METHOD_NOT_ALLOWED', 'This is no proxy.'))
  server.on('checkExpectation', (request, response) => {
    delete request.headers.expect
    server.emit('request', request, response)
  })
  await listen(server, options)
  const { address, port } = server.address() as AddressInfo
  return { host: address, port, close: () => close(server, options.closeWithinMs ?? 10_000) }
}

function listen(server: Server, { host, port }: ServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: unknown) =>
      reject(
        new MillraceError('CONFIG_INVALID', `Cannot listen on ${host}:${port}: ${messageOf(error)}`, {
          cause: error,
        }),
      )
    server.once('error', refuse)
    server.listen(port, host, () => {
      server.off('error', refuse)
      resolve()
    })
  })
}

function close(server: Server, withinMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), withinMs)
    // A connection that was busy when the server closed is kept open by its client once it is idle.
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS)
    server.close(() => {
      clearTimeout(cut)
      clearInterval(sweep)
      resolve()
    })
  })
}

/** What is no HTTP never reaches the app; it too is answered in the one shape. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy()
  else if (error.code === 'HPE_HEADER_OVERFLOW') end(socket, 'BAD_REQUEST', 'The headers are too long.')
  else if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT')
    end(socket, 'BAD_REQUEST', 'The request came too slowly.')
  else end(socket, 'BAD_REQUEST', 'This is not a valid HTTP request.')
}

function end(socket: Duplex, code: ErrorCode, message: string): void {
  const requestId = randomUUID()
  const shape = errorBody(new MillraceError(code, message), requestId)
  const body = JSON.stringify(shape)
  const head = [
    `HTTP/1.1 ${shape.error.statusCode} ${code === 'BAD_REQUEST' ? 'Bad Request' : 'Method Not Allowed'}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    ...(code === 'METHOD_NOT_ALLOWED' ? ['Allow: GET, HEAD, POST, PATCH, PUT, DELETE'] : []),
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
