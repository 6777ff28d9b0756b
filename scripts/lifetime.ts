import { complain, line, sentence } from './terminal.js'

/** One Ctrl-C may arrive twice (from the terminal and from npm): only a later one means "at once". */
const SAME_SIGNAL_MS = 1500
const LOOK_FOR_PARENT_MS = 1000
/** What a shell reports for a command that ended by Ctrl-C. */
const INTERRUPTED = 130

type Stop = (how?: { now?: boolean }) => Promise<void>

/**
 * Until `liveUntil` is called a signal ends the process at once (the keeper tidies up after it);
 * from then on it means an orderly stop.
 */
export class Lifetime {
  #onSignal: () => void = () => process.exit(INTERRUPTED)

  constructor() {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => this.#onSignal())
    // npm killed outright sends no signal: whoever it started is handed to another parent.
    const parent = process.ppid
    const look = (): void => {
      if (process.ppid !== parent) this.#onSignal()
    }
    if (process.env['npm_lifecycle_event'] !== undefined) setInterval(look, LOOK_FOR_PARENT_MS).unref()
  }

  /** Waits for a signal or for the first of `ends` (a sentence that says what broke), then stops. */
  async liveUntil(stop: Stop, ends: readonly Promise<string>[] = []): Promise<number> {
    const signal = new Promise<undefined>((resolve) => {
      let firstAt = 0
      this.#onSignal = () => {
        if (firstAt > 0 && Date.now() - firstAt > SAME_SIGNAL_MS) void stop({ now: true })
        firstAt ||= Date.now()
        resolve(undefined)
      }
    })
    const broken = await Promise.race([signal, ...ends])
    if (broken === undefined) line('Stopping. Ctrl-C again stops at once.')
    else complain(broken)
    await stop()
    return broken === undefined ? 0 : 1
  }
}

/** Runs a command of ours: its error becomes one sentence, its number the exit code. */
export async function runScript(body: (lifetime: Lifetime) => Promise<number>): Promise<never> {
  const code = await body(new Lifetime()).catch((error) => {
    complain(sentence(error))
    return 1
  })
  // Client libraries may keep timers of connections that are closed: nothing is worth waiting for now.
  process.exit(code)
}
