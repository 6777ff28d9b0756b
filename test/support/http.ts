/** One answer of the API; `at('data.0.id')` reads into its JSON. */
export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
  at(path: string): unknown
}

export interface Request {
  /** Sent as JSON; a string is sent as it stands. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export type Caller = (method: string, path: string, request?: Request) => Promise<Reply>

/** Calls an API with a key; null: without one. */
export function callerOf(url: string, key: string | null): Caller {
  const authorization = key === null ? {} : { Authorization: `Bearer ${key}` }
  return async (method, path, request = {}) => {
    const { headers, ...rest } = sending(request)
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { ...authorization, ...headers },
      ...rest,
    })
    const text = await answer.text()
    const body: unknown = text === '' ? undefined : JSON.parse(text)
    return { status: answer.status, headers: answer.headers, body, at: (path) => dig(body, path) }
  }
}

function sending({ body, headers = {} }: Request) {
  if (body === undefined) return { headers }
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return { headers: { 'Content-Type': 'application/json', ...headers }, body: text }
}

function dig(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, part) => {
    if (typeof inner !== 'object' || inner === null) return undefined
    return (inner as Record<string, unknown>)[part]
  }, value)
}

/** Field → code of every fault that an answer names. */
export function faultsOf(reply: Reply): Record<string, string> {
  const errors = reply.at('error.errors') as { field: string; code: string }[] | undefined
  return Object.fromEntries((errors ?? []).map(({ field, code }) => [field, code]))
}
