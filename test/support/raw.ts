import { connect } from 'node:net'

/** What a server sends back over one connection for bytes that no HTTP client would send, until it closes. */
export function rawExchange(
  url: string,
  send: string | Buffer | readonly (string | Buffer)[],
): Promise<RawReply> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) })
    const chunks: Buffer[] = []
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.on('error', reject)
    socket.on('close', () => resolve(parse(Buffer.concat(chunks).toString('utf8'))))
    for (const part of Array.isArray(send) ? send : [send]) socket.write(part)
  })
}

export interface RawReply {
  readonly status: number
  readonly head: string
  readonly body: string
}

function parse(text: string): RawReply {
  const [head = '', ...rest] = text.split('\r\n\r\n')
  return { status: Number(head.split(' ')[1]), head, body: rest.join('\r\n\r\n') }
}

/** A request in text; the connection is closed behind it. */
export function rawRequest(line: string, headers: readonly string[], body = ''): string {
  return [`${line} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers, '', body].join('\r\n')
}
