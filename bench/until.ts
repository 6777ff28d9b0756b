import { setTimeout as pause } from 'node:timers/promises'

/** Both in ms. */
export interface Patience {
  readonly everyMs: number
  readonly withinMs: number
}

/** Waits for a fact; throws where it does not come in time. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  { everyMs, withinMs }: Patience,
): Promise<void> {
  const deadline = Date.now() + withinMs
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not done within ${withinMs / 1000} s`)
    await pause(everyMs)
  }
}
