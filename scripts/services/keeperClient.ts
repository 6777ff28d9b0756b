import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { AtEnd, ChildSpec, Exit, FromKeeper, KeeperOptions, ToKeeper } from './keeperMessages.js'

export interface HeldProcess {
  readonly pid: number
  readonly exited: Promise<Exit>
}

/** The keeper as its script sees it. */
export interface Keeper {
  readonly pid: number
  start(child: ChildSpec): Promise<HeldProcess>
  /** Registers a command that the keeper runs after its children have ended. */
  atEnd(atEnd: AtEnd): void
  /** Resolves when everything has ended. A second call with `now` makes short work of it. */
  stop(how?: { now?: boolean }): Promise<void>
}

interface Pending {
  resolve(child: HeldProcess): void
  reject(error: Error): void
}

class KeeperProcess implements Keeper {
  readonly pid: number
  readonly #process: ChildProcess
  readonly #pending = new Map<string, Pending>()
  /** By process id: one name may be started again before the end of its last process is told. */
  readonly #exits = new Map<number, (exit: Exit) => void>()
  readonly #ended: Promise<void>

  constructor(child: ChildProcess) {
    this.#process = child
    this.pid = child.pid ?? 0
    this.#ended = new Promise((resolve) => child.once('exit', () => resolve()))
    void this.#ended.then(() => this.#giveUp())
    child.on('message', (message) => this.#take(message as FromKeeper))
  }

  start(child: ChildSpec): Promise<HeldProcess> {
    return new Promise((resolve, reject) => {
      this.#pending.set(child.name, { resolve, reject })
      this.#send({ kind: 'start', child })
    })
  }

  atEnd(atEnd: AtEnd): void {
    this.#send({ kind: 'atEnd', atEnd })
  }

  async stop(how: { now?: boolean } = {}): Promise<void> {
    this.#send({ kind: 'stop', now: how.now === true })
    await this.#ended
  }

  #send(message: ToKeeper): void {
    if (this.#process.connected) this.#process.send(message, () => undefined)
  }

  #take(message: FromKeeper): void {
    switch (message.kind) {
      case 'ready':
        return
      case 'started':
        this.#pending.get(message.name)?.resolve({
          pid: message.pid,
          exited: new Promise((resolve) => this.#exits.set(message.pid, resolve)),
        })
        this.#pending.delete(message.name)
        return
      case 'failed':
        this.#pending.get(message.name)?.reject(new Error(`${message.name} did not start: ${message.reason}`))
        this.#pending.delete(message.name)
        return
      case 'exited':
        this.#exits.get(message.pid)?.(message.exit)
        this.#exits.delete(message.pid)
        return
      default:
        message satisfies never
    }
  }

  /** A keeper that is gone answers nobody: whoever waits is told so. */
  #giveUp(): void {
    for (const [name, { reject }] of this.#pending)
      reject(new Error(`${name} did not start: its keeper ended`))
    for (const exited of this.#exits.values()) exited({ code: null, signal: null })
  }
}

/** Starts a keeper that outlives this process just long enough to tidy up after it. */
export async function openKeeper(options: KeeperOptions): Promise<Keeper> {
  const file = fileURLToPath(new URL('./keeper.js', import.meta.url))
  const child = spawn(process.execPath, [file, JSON.stringify(options)], {
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const keeper = new KeeperProcess(child)
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve())
    child.once('error', reject)
    child.once('exit', () => reject(new Error('The process that holds the services ended at once.')))
  })
  return keeper
}
