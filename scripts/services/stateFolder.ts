import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { commandLine, isAlive } from './processes.js'

/** What a keeper holds, written by it on every change so that the next start can see and tidy up. */
export interface Running {
  readonly keeper: number
  readonly stopping: boolean
  readonly children: readonly { readonly name: string; readonly pid: number }[]
}

/** A previous keeper is given this long to finish stopping, in milliseconds. */
const STOPPING_LIMIT_MS = 90_000
const LEFTOVER_LIMIT_MS = 15_000
const fileOf = (state: string): string => join(state, 'running.json')

/** `$XDG_STATE_HOME/millrace/<name>`, by default under `~/.local/state`. */
export function defaultState(name: string, env: NodeJS.ProcessEnv): string {
  return join(env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'millrace', name)
}

export function recordRunning(state: string, running: Running | undefined): void {
  const file = fileOf(state)
  if (running === undefined) {
    rmSync(file, { force: true })
    return
  }
  writeFileSync(`${file}.new`, JSON.stringify(running))
  renameSync(`${file}.new`, file)
}

function readRunning(state: string): Running | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(state), 'utf8')) as Running
  } catch {
    return undefined
  }
}

/** Makes the folder ours, or says who has it; ends what a killed keeper left behind. */
export async function claimState(state: string, waiting: (what: string) => void): Promise<void> {
  mkdirSync(state, { recursive: true, mode: 0o700 })
  const deadline = Date.now() + STOPPING_LIMIT_MS
  let running = readRunning(state)
  while (running !== undefined && isKeeper(running.keeper)) {
    if (!running.stopping || Date.now() > deadline) throw new Error(inUse(state, running.keeper))
    waiting('waiting for the previous instance to stop')
    await pause(1000)
    running = readRunning(state)
  }
  if (running !== undefined) await endLeftovers(state, running)
}

function inUse(state: string, pid: number): string {
  return `Another instance is running with ${state} (process ${pid}): stop it first, or choose another folder with --state.`
}

function isKeeper(pid: number): boolean {
  return isAlive(pid) && commandLine(pid).includes('keeper.js')
}

/** Every child names the state folder in its command line: a process id alone may be somebody else's by now. */
async function endLeftovers(state: string, running: Running): Promise<void> {
  const ours = running.children.filter(({ pid }) => isAlive(pid) && commandLine(pid).includes(state))
  for (const { pid } of ours) process.kill(pid, 'SIGTERM')
  const deadline = Date.now() + LEFTOVER_LIMIT_MS
  while (ours.some(({ pid }) => isAlive(pid)) && Date.now() < deadline) await pause(100)
  for (const { pid } of ours) if (isAlive(pid)) process.kill(pid, 'SIGKILL')
  recordRunning(state, undefined)
}

/** A value kept in the state folder as JSON, readable by its owner only. */
export function remembered<T>(state: string, name: string): T | undefined {
  const file = join(state, name)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as T) : undefined
}

export function remember(state: string, name: string, value: unknown): void {
  mkdirSync(state, { recursive: true, mode: 0o700 })
  writeFileSync(join(state, name), `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 })
}
