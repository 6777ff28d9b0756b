import { MillraceError, messageOf } from '../../errors.js'
import { within } from '../../within.js'
import { isDatabaseAway } from './connect.js'

/** Beyond the time after which the driver itself gives up on a server that says nothing. */
const CALL_LIMIT_MS = 75_000

/**
 * The store with the driver's network, election and time-out errors turned into DATABASE_AWAY (retriable). Every
 * other error of the database stays what it is: it will not go away by trying again. A call that is not answered
 * at all is given up, too: the driver waits for ever for a socket that was destroyed while it wrote. `limitMs` null:
 * a method of this store is many calls, and may take any time.
 */
export function withAwayErrors<Store extends object>(
  store: Store,
  limitMs: number | null = CALL_LIMIT_MS,
): Store {
  return new Proxy(store, {
    get: (target, name, receiver) => {
      const member: unknown = Reflect.get(target, name, receiver)
      return typeof member === 'function' ? guarded(member.bind(target), limitMs) : member
    },
  })
}

type Method = (...args: unknown[]) => unknown

function guarded(method: Method, limitMs: number | null): Method {
  return (...args) => {
    const result = method(...args)
    if (!(result instanceof Promise)) return result
    const answered = limitMs === null ? result : within(result, limitMs, () => silent(limitMs))
    return answered.catch(rethrow)
  }
}

function silent(ms: number): MillraceError {
  return new MillraceError('DATABASE_AWAY', `MongoDB has said nothing for ${ms} ms`)
}

function rethrow(error: unknown): never {
  if (!isDatabaseAway(error)) throw error
  throw new MillraceError('DATABASE_AWAY', `MongoDB does not answer: ${messageOf(error)}`, { cause: error })
}
