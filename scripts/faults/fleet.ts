import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { ProjectKeys } from '../keys.js'
import { launchMillrace } from '../millrace.js'
import type { HeldProcess } from '../services/keeperClient.js'
import { freePort } from '../services/ports.js'
import { eventually, httpAnswers } from '../services/probe.js'
import type { Services } from '../services/types.js'
import type { Hurt } from './hurt.js'

const HURT_MAIN = fileURLToPath(new URL('./hurtMain.js', import.meta.url))
const RESTART_AFTER_MS = 500
const READY_WITHIN_MS = 300_000

/** A span in which something was wrong; both ends in ms since 1970. */
export interface Span {
  readonly fromMs: number
  toMs: number
}

/** One place of the fleet: a process, and after it ended another one. */
export interface Worker {
  readonly name: string
  signal(name: NodeJS.Signals): void
  /** Of the process that runs now. */
  pid(): number
  /** Resolves when the process that runs now has ended. */
  ended(): Promise<void>
  ready(): Promise<void>
}

/** Engine processes that are started again whenever they end, as a service manager would. */
export interface Fleet {
  readonly workers: readonly Worker[]
  /** When something was done to it; ends of processes are noted by themselves. */
  readonly spans: Span[]
  /** Processes that ended though nobody meant them to. */
  crashes(): number
  /** Processes that should have died at a failpoint and never came to it. */
  unhurt(): number
  /** Kills all; none is started again before `release`. */
  hold(): Promise<void>
  /** Starts them again, and waits until they are ready. */
  release(): Promise<void>
  stop(): Promise<void>
}

export interface FleetOptions {
  readonly services: Services
  readonly keys: ProjectKeys
  readonly env: Readonly<Record<string, string>>
  readonly folder: string
  readonly name: string
  /** One entry a worker: how its first process is hurt; `always` hurts those after it, too. */
  readonly workers: readonly (Hurt | null)[]
  readonly hurtAlways: boolean
}

interface State {
  unhurt: number
  readonly spans: Span[]
  crashes: number
  stopping: boolean
  /** Resolved while ended processes may be started again. */
  held: { readonly over: Promise<void>; readonly release: () => void }
}

export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const dying = options.workers.filter((hurt) => hurt?.die !== undefined)
  const state: State = { spans: [], unhurt: dying.length, crashes: 0, stopping: false, held: notHeld }
  const workers = await Promise.all(
    options.workers.map((hurt, index) => startWorker(options, state, { hurt, index })),
  )
  await Promise.all(workers.map((worker) => worker.ready()))
  return {
    workers,
    spans: state.spans,
    crashes: () => state.crashes,
    unhurt: () => state.unhurt,
    hold: async () => {
      state.held = holding()
      await killAll(workers)
    },
    release: async () => {
      state.held.release()
      state.held = notHeld
      await Promise.all(workers.map((worker) => worker.ready()))
    },
    stop: async () => {
      state.stopping = true
      state.held.release()
      await killAll(workers)
    },
  }
}

const notHeld: State['held'] = { over: Promise.resolve(), release: () => undefined }

function holding(): State['held'] {
  let release: () => void = () => undefined
  const over = new Promise<void>((resolve) => {
    release = resolve
  })
  return { over, release }
}

async function killAll(workers: readonly Worker[]): Promise<void> {
  await Promise.all(
    workers.map(async (worker) => {
      const ended = worker.ended()
      for (const name of ['SIGCONT', 'SIGKILL'] as const) worker.signal(name)
      await ended
    }),
  )
}

interface Place {
  readonly hurt: Hurt | null
  readonly index: number
}

async function startWorker(options: FleetOptions, state: State, { hurt, index }: Place): Promise<Worker> {
  const name = `${options.name}-worker-${index}`
  const port = await freePort()
  let meaning: Meaning = hurt?.die === undefined ? 'none' : 'failpoint'
  let current = await launch(options, { name, port, hurt })
  const keepUp = async (): Promise<void> => {
    await current.exited
    note(state, meaning)
    meaning = 'none'
    await pause(RESTART_AFTER_MS)
    await state.held.over
    if (state.stopping) return
    current = await launch(options, { name, port, hurt: options.hurtAlways ? hurt : null })
    if (state.stopping) send(current.pid, 'SIGKILL')
    return keepUp()
  }
  const keeping = keepUp()
  return {
    name,
    signal: (signal) => {
      if (meaning === 'none' && (signal === 'SIGKILL' || signal === 'SIGTERM')) meaning = 'signal'
      send(current.pid, signal)
    },
    pid: () => current.pid,
    ended: async () => {
      await (state.stopping ? keeping : current.exited)
    },
    ready: async () => {
      const answered = await eventually(() => httpAnswers(`http://127.0.0.1:${port}/ready`), READY_WITHIN_MS)
      if (!answered) throw new Error(`${name} is not ready: see ${join(options.folder, `${name}.log`)}`)
    },
  }
}

/** Why the process that runs now will end. */
type Meaning = 'none' | 'signal' | 'failpoint'

function note(state: State, meaning: Meaning): void {
  const now = Date.now()
  state.spans.push({ fromMs: now, toMs: now })
  if (state.stopping) return
  if (meaning === 'none') state.crashes += 1
  if (meaning === 'failpoint') state.unhurt -= 1
}

/** To a process that may have ended by itself meanwhile. */
function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

interface Launch extends Pick<Place, 'hurt'> {
  readonly name: string
  readonly port: number
}

async function launch(options: FleetOptions, { name, port, hurt }: Launch): Promise<HeldProcess> {
  const { services, keys, env, folder } = options
  const started = await launchMillrace(services, 0, {
    keys,
    name,
    output: join(folder, `${name}.log`),
    env: { ...env, ROLES: 'engine', METRICS_PORT: `${port}` },
    ...(hurt === null ? {} : { main: { file: HURT_MAIN, args: [JSON.stringify(hurt)] } }),
  })
  return started.process
}
