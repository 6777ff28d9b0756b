import type { Announcer } from '../../src/events.js'

export interface PauseOptions {
  readonly topic: string
  readonly announcer: Announcer
  /** Stops and goes on with fetching; may throw when the partition is not ours any more. */
  readonly fetching: { pause(partition: number): void; resume(partition: number): void }
}

/** Partitions that rest: for a time, or until `resumeAll`. A pause is this process's memory only. */
export interface Pauses {
  /** `ms` null: until `resumeAll`. */
  pause(partition: number, ms: number | null, reason: string): void
  resumeAll(): void
  /** Grows with every `resumeAll`: who decided to pause before it must look again. */
  resumes(): number
  /** Resolves true at the next `resumeAll`, false after `ms` or `release`. */
  nextResume(partition: number, ms: number): Promise<boolean>
  /** Wakes all who wait for a resume: the consumer stops or gives its partitions away. */
  release(): void
  paused(): ReadonlySet<number>
  /** Partitions that went to others rest no longer. */
  keepOnly(partitions: readonly number[]): void
  stop(): void
}

export function createPauses({ topic, announcer, fetching }: PauseOptions): Pauses {
  const resting = new Map<number, NodeJS.Timeout | null>()
  const waiting = new Map<number, (resumed: boolean) => void>()
  let resumes = 0

  const resume = (partition: number) => {
    const timer = resting.get(partition)
    if (timer === undefined) return
    if (timer !== null) clearTimeout(timer)
    resting.delete(partition)
    try {
      fetching.resume(partition)
      announcer.announce('partition.resumed', { topic, partition })
    } catch (error) {
      announcer.announce('failure', { where: `resuming ${topic}`, error })
    }
  }
  const pause = (partition: number, ms: number | null, reason: string) => {
    const timer = resting.get(partition)
    if (timer) clearTimeout(timer)
    fetching.pause(partition)
    resting.set(partition, ms === null ? null : setTimeout(() => resume(partition), ms))
    announcer.announce('partition.paused', { topic, partition, reason, ms: ms ?? 0 })
  }
  const wake = (resumed: boolean) => {
    const wakers = [...waiting.values()]
    waiting.clear()
    for (const waker of wakers) waker(resumed)
  }
  return {
    pause,
    resumeAll: () => {
      resumes++
      wake(true)
      for (const [partition, timer] of resting) if (timer === null) resume(partition)
    },
    resumes: () => resumes,
    nextResume: (partition, ms) => nextResume(waiting, partition, ms),
    release: () => wake(false),
    paused: () => new Set([...resting.keys(), ...waiting.keys()]),
    keepOnly: (partitions) => {
      for (const partition of resting.keys()) if (!partitions.includes(partition)) resume(partition)
    },
    stop: () => {
      wake(false)
      for (const timer of resting.values()) if (timer !== null) clearTimeout(timer)
      resting.clear()
    },
  }
}

function nextResume(
  waiting: Map<number, (resumed: boolean) => void>,
  partition: number,
  ms: number,
): Promise<boolean> {
  return new Promise((resolve) => {
    const answer = (resumed: boolean) => {
      clearTimeout(timer)
      waiting.delete(partition)
      resolve(resumed)
    }
    const timer = setTimeout(() => answer(false), ms)
    waiting.set(partition, answer)
  })
}
