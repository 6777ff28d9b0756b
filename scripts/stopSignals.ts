import { line } from './terminal.js'

/** One Ctrl-C may arrive twice (from the terminal and from npm): only a later one means "at once". */
const SAME_SIGNAL_MS = 1500

/** Waits for SIGINT, SIGTERM or SIGHUP, then for `stop`; a second signal calls it again with `now`. */
export function untilStopped(stop: (how: { now: boolean }) => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    let firstAt: number | undefined
    const onSignal = (): void => {
      if (firstAt === undefined) {
        firstAt = Date.now()
        line('Stopping. Ctrl-C again stops at once.')
        stop({ now: false }).then(resolve, reject)
      } else if (Date.now() - firstAt > SAME_SIGNAL_MS) {
        void stop({ now: true })
      }
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  })
}
