import { MillraceError, messageOf } from '../../errors.js'
import { isDatabaseAway } from './connect.js'

/**
 * The store with the driver's network, election and time-out errors turned into DATABASE_AWAY (retriable). Every
 * other error of the database stays what it is: it will not go away by trying again.
 */
export function withAwayErrors<Store extends object>(store: Store): Store {
  return new Proxy(store, {
    get: (target, name, receiver) => {
      const member: unknown = Reflect.get(target, name, receiver)
      return typeof member === 'function' ? guarded(member.bind(target)) : member
    },
  })
}

function guarded(method: (...args: unknown[]) => unknown): (...args: unknown[]) => unknown {
  return (...args) => {
    const result = method(...args)
    return result instanceof Promise ? result.catch(rethrow) : result
  }
}

function rethrow(error: unknown): never {
  if (!isDatabaseAway(error)) throw error
  throw new MillraceError('DATABASE_AWAY', `MongoDB does not answer: ${messageOf(error)}`, { cause: error })
}
