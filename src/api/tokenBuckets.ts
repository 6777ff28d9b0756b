/** How one bucket stands after a token was asked for. */
export interface BucketStanding {
  readonly allowed: boolean
  /** Whole tokens left. */
  readonly remaining: number
  /** Until it is full again. */
  readonly fullInMs: number
  /** Until there is a token; 0 where there is one. */
  readonly nextInMs: number
}

export interface TokenBuckets {
  /** Takes a token from the bucket of this name, where it has one. */
  take(name: string): BucketStanding
}

interface Bucket {
  readonly tokens: number
  readonly atMs: number
}

/** From so many on, buckets that are full again are forgotten: they are as good as new. */
const MANY = 10_000

/**
 * A bucket for every name: it holds as many tokens as drip in within a second and begins full. So a name
 * gets at most (1 + t) × `perSecond` tokens in any stretch of t seconds.
 */
export function createTokenBuckets(perSecond: number, nowMs: () => number): TokenBuckets {
  const buckets = new Map<string, Bucket>()
  const msOf = (tokens: number) => (Math.max(0, tokens) * 1000) / perSecond
  const forgetFull = (now: number) => {
    for (const [name, { tokens, atMs }] of buckets)
      if (now - atMs >= msOf(perSecond - tokens)) buckets.delete(name)
  }
  return {
    take: (name) => {
      const now = nowMs()
      const { tokens: before, atMs } = buckets.get(name) ?? { tokens: perSecond, atMs: now }
      const filled = Math.min(perSecond, before + ((now - atMs) * perSecond) / 1000)
      const allowed = filled >= 1
      const tokens = allowed ? filled - 1 : filled
      if (buckets.size >= MANY && !buckets.has(name)) forgetFull(now)
      buckets.set(name, { tokens, atMs: now })
      return {
        allowed,
        remaining: Math.floor(tokens),
        fullInMs: msOf(perSecond - tokens),
        nextInMs: msOf(1 - tokens),
      }
    },
  }
}
