import type { Random } from './random.js'
import type { VirtualTime } from './time.js'

/** One process of the engine: it can die at once, or stand still (SIGSTOP) and go on later as if nothing had been. */
export interface Machine {
  readonly name: string
  alive(): boolean
  frozen(): boolean
  /** Dies with the process and is held back while it stands still. */
  after(ms: number, run: () => void): () => void
  wait(ms: number): Promise<void>
  crash(): void
  freeze(ms: number): void
  /** Told of a crash, and of standing still for so many milliseconds. */
  onBlow(listener: (blow: 'crash' | { readonly frozenMs: number }) => void): void
}

export function createMachine(name: string, time: VirtualTime): Machine {
  let alive = true
  let frozenUntil = 0
  const listeners: ((blow: 'crash' | { readonly frozenMs: number }) => void)[] = []
  const after = (ms: number, run: () => void): (() => void) => {
    const fire = () => {
      const heldMs = frozenUntil - time.now()
      if (heldMs > 0) cancel = time.after(heldMs, fire)
      else if (alive) run()
    }
    let cancel = time.after(ms, fire)
    return () => cancel()
  }
  return {
    name,
    alive: () => alive,
    frozen: () => frozenUntil > time.now(),
    after,
    wait: (ms) => new Promise((resolve) => after(ms, resolve)),
    crash: () => {
      if (!alive) return
      alive = false
      for (const listener of listeners) listener('crash')
    },
    freeze: (ms) => {
      frozenUntil = time.now() + ms
      for (const listener of listeners) listener({ frozenMs: ms })
    },
    onBlow: (listener) => listeners.push(listener),
  }
}

/** What nobody will ever answer: the process that asked is gone. */
export function never<Value>(): Promise<Value> {
  return new Promise(() => undefined)
}

/** A network's delay: mostly short, sometimes not. */
export function latency(random: Random): number {
  return random.chance(0.9) ? random.int(0, 4) : random.int(5, 120)
}
