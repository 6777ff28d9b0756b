import { performance } from 'node:perf_hooks'
import { createTransport } from 'nodemailer'
import { addressFault } from '../workflow/mailAddress.js'
import type { CallFailure, Mail, Mailer } from './ports.js'

export interface MailerOptions {
  /** `smtp://` or `smtps://`, with credentials and options as nodemailer reads them; null: mails are only kept. */
  readonly smtpUrl: string | null
  /** The envelope's sender, where bounces go; never what a user wrote. */
  readonly envelopeFrom: string
  /** Connections to the server; more mails at a time wait, and their time limit runs. */
  readonly connections: number
}

const CONNECT_TIMEOUT_MS = 10_000
const SOCKET_TIMEOUT_MS = 20_000

/** Mail by SMTP over a few kept connections. A mail has one recipient, and nothing in it is read from files or URLs. */
export function createMailer(options: MailerOptions): Mailer & { close(): Promise<void> } {
  const { smtpUrl } = options
  if (smtpUrl === null)
    return { send: async () => ({ type: 'captured', ms: 0 }), close: async () => undefined }
  const deliveries = createDeliveries(smtpUrl, options)
  const hide = hiding(smtpUrl)
  return {
    async send(mail) {
      const started = performance.now()
      const since = () => Math.round(performance.now() - started)
      const fault = addressFault(mail.to)
      if (fault !== null) return refused(`recipient ${fault}`, since())
      const state: Delivery = { begun: () => false }
      try {
        await deliveries.send(mail, state)
        return { type: 'sent', ms: since() }
      } catch (error) {
        const failed = failure(error, { begun: state.begun(), timeoutMs: mail.timeoutMs, ms: since() })
        return { ...failed, message: hide(failed.message) }
      }
    },
    close: async () => deliveries.close(),
  }
}

/** A server may repeat in its refusal what it was told: its password is no part of any message. */
function hiding(smtpUrl: string): (text: string) => string {
  const { username, password } = new URL(smtpUrl)
  if (password === '') return (text) => text
  const [user, pass] = [decodeURIComponent(username), decodeURIComponent(password)]
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  const forms = [base64(`\0${user}\0${pass}`), base64(pass), password, pass]
  return (text) => forms.reduce((shown, form) => shown.replaceAll(form, '***'), text)
}

/** `begun`: the server was given bytes of the message, so it may have accepted it. */
interface Delivery {
  begun(): boolean
}

function createDeliveries(url: string, { envelopeFrom, connections }: MailerOptions) {
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: connections,
    maxRequeues: 1,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    greetingTimeout: CONNECT_TIMEOUT_MS,
    dnsTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SOCKET_TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  // Every send gets its own error; this keeps the emitter from throwing what nobody listens to.
  transport.on('error', () => undefined)
  const watched = new Map<string, Delivery>()
  transport.use('stream', ({ message, data }, done) => {
    const delivery = watched.get(String(data.messageId))
    const create = message.createReadStream.bind(message)
    message.createReadStream = (streamOptions) => {
      const stream = create(streamOptions)
      if (delivery !== undefined) delivery.begun = () => stream.readableDidRead
      return stream
    }
    done()
  })
  return {
    async send(mail: Mail, delivery: Delivery): Promise<void> {
      watched.set(mail.messageId, delivery)
      try {
        await transport.sendMail({ ...contentOf(mail), envelope: { from: envelopeFrom, to: [mail.to] } })
      } finally {
        watched.delete(mail.messageId)
      }
    },
    close: () => transport.close(),
  }
}

function contentOf(mail: Mail) {
  return {
    messageId: mail.messageId,
    from: { name: mail.fromName ?? '', address: mail.from },
    to: { name: '', address: mail.to },
    ...(mail.replyTo === null ? {} : { replyTo: { name: '', address: mail.replyTo } }),
    subject: mail.subject,
    html: mail.html,
    text: mail.text,
    headers: { ...mail.headers },
    xMailer: false as const,
    disableFileAccess: true,
    disableUrlAccess: true,
    signal: AbortSignal.timeout(mail.timeoutMs),
  }
}

function refused(message: string, ms: number): CallFailure {
  return { type: 'failed', message, retriable: false, unknown: false, ms }
}

interface Fate {
  readonly begun: boolean
  readonly timeoutMs: number
  readonly ms: number
}

/** What is wrong with the mail itself, before any server said a word about it. */
const OURS: ReadonlySet<unknown> = new Set(['EENVELOPE', 'EMESSAGE', 'EFILEACCESS', 'EURLACCESS', 'ECONFIG'])
/** Between us and the server, whatever the reply's number: no mail should be given up for it. */
const SESSION: ReadonlySet<unknown> = new Set(['EAUTH', 'ENOAUTH', 'EOAUTH2', 'ETLS'])

function failure(error: unknown, { begun, timeoutMs, ms }: Fate): CallFailure {
  const { code = null, responseCode = null } = error instanceof Error ? (error as SmtpError) : {}
  const text = error instanceof Error ? error.message : String(error)
  const message = code === 'EABORT' ? `not sent within ${timeoutMs} ms` : text
  if (responseCode !== null && !SESSION.has(code))
    return { type: 'failed', message, retriable: responseCode < 500, unknown: false, ms }
  const unknown = begun
  const fate = unknown ? `${message}; the mail was handed over, its outcome is unknown` : message
  return { type: 'failed', message: fate, retriable: unknown || !OURS.has(code), unknown, ms }
}

interface SmtpError extends Error {
  readonly code?: string
  readonly responseCode?: number
}
