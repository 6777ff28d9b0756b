export interface FirstJoin {
  /** The group was joined: from now on a crash is final, and whoever supervises the process starts it again. */
  joined(): void
  mayTryAgain(): Promise<boolean>
}

/**
 * A coordinator that still loads its groups (a broker that has just started) refuses the first join, which the library
 * takes for a crash. Nothing was handled yet, so that trying again in place is safe.
 */
export function createFirstJoin(patienceMs: number): FirstJoin {
  const until = performance.now() + patienceMs
  let hasJoined = false
  return {
    joined: () => {
      hasJoined = true
    },
    mayTryAgain: async () => !hasJoined && performance.now() < until,
  }
}
