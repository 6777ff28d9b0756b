import type { IncomingMessage } from 'node:http'
import type { Middleware } from 'koa'
import { MillraceError } from '../../errors.js'
import { parseBody } from '../parseBody.js'
import { middleware } from './state.js'

const MAX_BODY_BYTES = 1024 * 1024
/** What is read and thrown away behind a body that is too long, so that its sender gets to read the answer. */
const MAX_DRAINED_BYTES = 64 * MAX_BODY_BYTES

/** Reads the body as JSON by the same rules on every route; size and type are judged before a byte is parsed. */
export function readBody(): Middleware {
  return middleware(async (ctx, next) => {
    ctx.state.body = undefined
    if (ctx.state.found.route?.access !== 'open' && announcesBody(ctx.req))
      ctx.state.body = parseBody(await receive(ctx.req))
    await next()
  })
}

function announcesBody(request: IncomingMessage): boolean {
  const { headers } = request
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

async function receive(request: IncomingMessage): Promise<Buffer> {
  const { headers } = request
  if (Number(headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw tooLarge(request)
  checkType(headers['content-type'])
  if (!['', 'identity'].includes((headers['content-encoding'] ?? '').toLowerCase()))
    throw new MillraceError(
      'UNSUPPORTED_MEDIA_TYPE',
      'Bodies are taken as they are, without Content-Encoding.',
    )
  return collect(request)
}

const JSON_TYPE = /^application\/json[ \t]*(?:;[ \t]*charset="?utf-?8"?[ \t]*)?;?$/i

function checkType(type: string | undefined): void {
  if (type === undefined || !JSON_TYPE.test(type.trim()))
    throw new MillraceError('UNSUPPORTED_MEDIA_TYPE', 'Send the body as "Content-Type: application/json".')
}

function collect(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    const take = (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > MAX_BODY_BYTES) {
        request.off('data', take)
        reject(tooLarge(request))
      } else chunks.push(chunk)
    }
    // Every request closes; only one that has not ended broke off.
    const broken = () => {
      if (!request.complete) reject(new MillraceError('BAD_REQUEST', 'The body broke off.'))
    }
    request.on('data', take)
    request.once('end', () => resolve(Buffer.concat(chunks)))
    request.once('error', broken)
    request.once('close', broken)
  })
}

function tooLarge(request: IncomingMessage): MillraceError {
  drain(request)
  return new MillraceError('PAYLOAD_TOO_LARGE', 'A body may have at most 1 MiB.')
}

/** A connection that is closed on a sender who still sends loses the answer; one that never ends is cut. */
function drain(request: IncomingMessage): void {
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > MAX_DRAINED_BYTES) request.destroy()
  })
  request.resume()
}
