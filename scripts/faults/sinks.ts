import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { SMTPServer } from 'smtp-server'

/** One call from outside's point of view. */
export interface SeenCall {
  readonly identity: string
  /** Arrival, ms since 1970. */
  readonly atMs: number
}

/** The outside world: a webhook receiver and a mail server, each with a log that is only ever appended to. */
export interface Sinks {
  /** `host:port` of the webhook receiver. */
  readonly address: string
  readonly smtpUrl: string
  /** All calls and mails so far, read from the logs. */
  seen(): SeenCall[]
  close(): Promise<void>
}

export async function openSinks(folder: string): Promise<Sinks> {
  const [calls, mails] = [join(folder, 'webhooks.log'), join(folder, 'mails.log')]
  for (const file of [calls, mails]) writeFileSync(file, '')
  const http = await openHttp((identity) => append(calls, identity))
  const smtp = await openSmtp((identity) => append(mails, identity))
  return {
    address: http.address,
    smtpUrl: smtp.url,
    seen: () => [...read(calls), ...read(mails)],
    close: async () => {
      await Promise.all([http.close(), smtp.close()])
    },
  }
}

function append(file: string, identity: string): void {
  appendFileSync(file, `${Date.now()} ${identity}\n`)
}

function read(file: string): SeenCall[] {
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => {
    const space = line.indexOf(' ')
    return { atMs: Number(line.slice(0, space)), identity: line.slice(space + 1) }
  })
}

async function openHttp(note: (identity: string) => void) {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      note(String(request.headers['webhook-id']))
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function openSmtp(note: (identity: string) => void) {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData(stream, _session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        note(messageIdOf(Buffer.concat(chunks).toString()))
        done()
      })
    },
  })
  // A client that was killed resets its connection.
  server.on('error', () => undefined)
  const listener = server.listen(0, '127.0.0.1')
  await new Promise<void>((resolve) => listener.once('listening', () => resolve()))
  return {
    url: `smtp://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

function messageIdOf(raw: string): string {
  return /^message-id:\s*(\S+)/im.exec(raw)?.[1] ?? 'a mail without an id'
}
