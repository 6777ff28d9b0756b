import { setTimeout as pause } from 'node:timers/promises'
import type { HeldProcess } from './services/keeperClient.js'
import { line } from './terminal.js'

export interface Supervised {
  readonly name: string
  start(): Promise<HeldProcess>
  /** False: its end is final, it never worked or everything is being stopped. */
  mayRestart(): boolean
}

const MOST_RESTARTS = 5
const WITHIN_MS = 300_000
const PAUSE_MS = 1_000

/**
 * Starts a process again when it ends by itself, as a service manager does: Millrace recovers from a crash by being
 * started anew. Resolves, with a sentence, when it gives up.
 */
export async function supervise(process: HeldProcess, supervised: Supervised): Promise<string> {
  const restarts: number[] = []
  let current = process
  for (;;) {
    const { code, signal } = await current.exited
    const ended = `${supervised.name} ended by itself (${signal ?? `code ${code}`})`
    if (!supervised.mayRestart()) return `${ended}: see above.`
    const recent = restarts.filter((at) => at > Date.now() - WITHIN_MS)
    if (recent.length >= MOST_RESTARTS) return `${ended}, ${recent.length} times in a short while: see above.`
    line(`${ended}; it is started again.`)
    restarts.push(Date.now())
    await pause(PAUSE_MS)
    current = await supervised.start()
  }
}
