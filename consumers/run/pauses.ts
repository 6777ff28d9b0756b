import type { Consumer } from 'kafkajs'
import type { Announcer } from '../../src/events.js'

interface PauseDeps {
  readonly consumer: Consumer
  readonly topic: string
  readonly announcer: Announcer
}

/** Which partitions rest, and until when; a pause lives in memory only and ends with the assignment. */
export interface Pauses {
  /** Rests for `ms`; null: until `resumeAll`. */
  pause(partition: number, ms: number | null, reason: string): void
  resumeAll(): void
  partitions(): number[]
  /** A new assignment starts without pauses. */
  forget(): void
  close(): void
}

export function createPauses({ consumer, topic, announcer }: PauseDeps): Pauses {
  const resting = new Map<number, NodeJS.Timeout | null>()
  let open = true
  const resume = (partition: number) => {
    const timer = resting.get(partition)
    if (!open || timer === undefined) return
    if (timer !== null) clearTimeout(timer)
    resting.delete(partition)
    try {
      consumer.resume([{ topic, partitions: [partition] }])
    } catch (error) {
      announcer.announce('failure', { where: `resume ${topic} ${partition}`, error })
    }
  }
  const forget = () => {
    for (const timer of resting.values()) if (timer !== null) clearTimeout(timer)
    resting.clear()
  }
  return {
    pause: (partition, ms, reason) => {
      if (!open) return
      resume(partition)
      consumer.pause([{ topic, partitions: [partition] }])
      resting.set(partition, ms === null ? null : setTimeout(() => resume(partition), ms))
      if (ms !== null && ms > 0) announcer.announce('partition.paused', { topic, partition, reason, ms })
    },
    resumeAll: () => {
      for (const [partition, timer] of [...resting]) if (timer === null) resume(partition)
    },
    partitions: () => [...resting.keys()],
    forget,
    close: () => {
      open = false
      forget()
    },
  }
}
