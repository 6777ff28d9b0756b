/** The whole time of a call is over. */
export class TimeLimit extends Error {
  override readonly name = 'TimeLimit'
}

/** One time limit over everything that belongs to a call. Must be stopped. */
export class CallTimer {
  readonly expired: Promise<never>
  readonly #timer: NodeJS.Timeout

  constructor(timeoutMs: number) {
    const { promise, reject } = withReject()
    this.expired = promise
    // Whoever races against it sees the rejection; with nobody racing, none is due.
    this.expired.catch(() => undefined)
    this.#timer = setTimeout(() => reject(new TimeLimit(`no answer within ${timeoutMs} ms`)), timeoutMs)
  }

  race<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.expired])
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}

function withReject(): { readonly promise: Promise<never>; readonly reject: (error: Error) => void } {
  let reject: (error: Error) => void = () => undefined
  const promise = new Promise<never>((_resolve, fail) => {
    reject = fail
  })
  return { promise, reject }
}
