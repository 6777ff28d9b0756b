import type { LookupFunction } from 'node:net'
import { performance } from 'node:perf_hooks'
import { Pool } from 'undici'
import type { Address, Target } from './addressGuard.js'

/** Pools kept while idle; those in use come on top and are bounded by the calls under way. */
const MAX_IDLE_POOLS = 128
const IDLE_MS = 30_000
const SWEEP_MS = 10_000
const CONNECT_TIMEOUT_MS = 10_000
const MAX_HEADER_BYTES = 16 * 1024

export interface Pools {
  /** Runs `work` with the connections of an origin at exactly the target's addresses. */
  use<T>(target: Target, work: (pool: Pool) => Promise<T>): Promise<T>
  close(): Promise<void>
}

interface Entry {
  readonly pool: Pool
  active: number
  usedAtMs: number
}

/** Keep-alive connections by origin and checked addresses; unused ones are closed. */
export function createPools(): Pools {
  const entries = new Map<string, Entry>()
  const drop = (key: string, { pool }: Entry) => {
    entries.delete(key)
    // Nothing runs in it any more, so nobody waits for its end.
    pool.destroy().catch(() => undefined)
  }
  const sweep = () => {
    const idle = [...entries].filter(([, entry]) => entry.active === 0)
    const oldest = performance.now() - IDLE_MS
    for (const [at, [key, entry]] of idle.entries())
      if (entry.usedAtMs < oldest || at < idle.length - MAX_IDLE_POOLS) drop(key, entry)
  }
  const timer = setInterval(sweep, SWEEP_MS)
  timer.unref()
  return {
    async use(target, work) {
      const key = [target.url.origin, ...target.addresses.map(({ address }) => address).sort()].join(' ')
      const entry = entries.get(key) ?? { pool: createPool(target), active: 0, usedAtMs: 0 }
      // Set anew, so that the map's order is the order of use.
      entries.delete(key)
      entries.set(key, entry)
      entry.active++
      try {
        return await work(entry.pool)
      } finally {
        entry.active--
        entry.usedAtMs = performance.now()
        if (entries.size > MAX_IDLE_POOLS) sweep()
      }
    },
    async close() {
      clearInterval(timer)
      const pools = [...entries.values()].map(({ pool }) => pool)
      entries.clear()
      await Promise.all(pools.map((pool) => pool.close()))
    },
  }
}

function createPool({ url, addresses }: Target): Pool {
  return new Pool(url.origin, {
    connections: 128,
    pipelining: 1,
    allowH2: false,
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 15_000,
    autoSelectFamily: true,
    connect: { lookup: pinned(addresses), timeout: CONNECT_TIMEOUT_MS },
  })
}

/** Answers every look-up with the addresses that were checked, whatever the name resolves to by now. */
function pinned(addresses: readonly Address[]): LookupFunction {
  return (_hostname, options, done) => {
    const [first] = addresses
    if (options.all === true) done(null, [...addresses])
    else done(null, first?.address ?? '', first?.family ?? 0)
  }
}
