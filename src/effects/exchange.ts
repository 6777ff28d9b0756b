import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher, Pool } from 'undici'
import type { CallTimer } from './callTimer.js'
import type { HttpCall } from './ports.js'
import { type Body, KEPT_BYTES } from './responseBody.js'

/** Beyond this the connection is given up: the rest of the body is not even counted. */
const MAX_BODY_BYTES = 1024 * 1024
const MAX_INFORMATIONAL = 10

/** What is known of a call while it runs. */
export interface Exchange {
  /** The request began to be written: from here on it may have arrived. */
  sent: boolean
  readonly timer: CallTimer
}

export interface Answer {
  readonly statusCode: number
  readonly headers: IncomingHttpHeaders
  readonly body: Body
}

/** An answer that is none: asking again would bring the same. */
export class AnswerRefused extends Error {
  override readonly name = 'AnswerRefused'
}

/** Sends one request over the pool and reads its answer; when the time is over the connection is destroyed. */
export async function exchange(pool: Pool, url: URL, request: HttpCall, state: Exchange): Promise<Answer> {
  const reader = new AnswerReader(state)
  const options: Dispatcher.DispatchOptions = {
    path: `${url.pathname}${url.search}`,
    method: request.method,
    headers: { ...request.headers },
    body: request.body,
  }
  pool.dispatch(options, reader)
  try {
    return await state.timer.race(reader.answer)
  } catch (error) {
    reader.giveUp(error instanceof Error ? error : new Error(String(error)))
    throw error
  }
}

/** Keeps the beginning of one answer. */
class AnswerReader implements Dispatcher.DispatchHandler {
  readonly answer: Promise<Answer>
  readonly #state: Exchange
  #settle: { resolve(answer: Answer): void; reject(error: Error): void } | null = null
  #controller: Dispatcher.DispatchController | null = null
  #gaveUp: Error | null = null
  #statusCode = 0
  #headers: IncomingHttpHeaders = {}
  #informational = 0
  #received = 0
  #kept: Buffer[] = []

  constructor(state: Exchange) {
    this.#state = state
    this.answer = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
  }

  giveUp(error: Error): void {
    this.#gaveUp = error
    this.#controller?.abort(error)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    // The time was over before there was a connection: nothing may be sent any more.
    if (this.#gaveUp !== null) controller.abort(this.#gaveUp)
    else this.#state.sent = true
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (statusCode < 200) {
      if (++this.#informational > MAX_INFORMATIONAL)
        controller.abort(new AnswerRefused('endless 1xx answers'))
      return
    }
    this.#statusCode = statusCode
    this.#headers = headers
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const room = KEPT_BYTES - this.#received
    // Copied: a slice would keep the whole chunk in memory.
    if (room > 0) this.#kept.push(Buffer.from(chunk.subarray(0, room)))
    this.#received += chunk.length
    if (this.#received <= MAX_BODY_BYTES) return
    this.#finish()
    controller.abort(new AnswerRefused('the body is too long'))
  }

  onResponseEnd(): void {
    this.#finish()
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const overflow = 'code' in error && error.code === 'UND_ERR_HEADERS_OVERFLOW'
    this.#settle?.reject(overflow ? new AnswerRefused('the headers are too long') : error)
  }

  #finish(): void {
    const { 'content-type': type = '', 'content-encoding': encoding = '' } = this.#headers
    const body = { kept: Buffer.concat(this.#kept), whole: this.#received <= KEPT_BYTES, type, encoding }
    this.#settle?.resolve({ statusCode: this.#statusCode, headers: this.#headers, body })
  }
}
