/**
 * Holds the service processes on behalf of a script. It runs in a session of its own, so that a Ctrl-C
 * in the terminal reaches the script only; when the script stops or dies in whatever way, the IPC channel
 * closes and everything is stopped, last started first, each within its time limit.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { closeSync, openSync, rmSync } from 'node:fs'
import type { AtEnd, ChildSpec, FromKeeper, KeeperOptions, ToKeeper } from './keeperMessages.js'
import { recordRunning } from './stateFolder.js'

interface Held {
  readonly spec: ChildSpec
  readonly process: ChildProcess
  exited: boolean
}

const options = JSON.parse(process.argv[2] ?? '{}') as KeeperOptions
const children: Held[] = []
const atEnds: AtEnd[] = []
let stopping = false

function tell(message: FromKeeper): void {
  if (process.connected) process.send?.(message, () => undefined)
}

function record(): void {
  const alive = children.filter((child) => !child.exited)
  recordRunning(options.state, {
    keeper: process.pid,
    stopping,
    children: alive.map((child) => ({ name: child.spec.name, pid: child.process.pid ?? 0 })),
  })
}

function start(spec: ChildSpec): void {
  if (stopping) {
    tell({ kind: 'failed', name: spec.name, reason: 'everything is being stopped' })
    return
  }
  const log = spec.output === 'inherit' ? undefined : openSync(spec.output, 'a')
  const child = spawn(spec.command, [...spec.args], {
    cwd: spec.cwd,
    env: { ...process.env, ...spec.env },
    stdio: ['ignore', log ?? 'inherit', log ?? 'inherit'],
  })
  if (log !== undefined) closeSync(log)
  const held: Held = { spec, process: child, exited: false }
  child.once('error', (error) => {
    held.exited = true
    tell({ kind: 'failed', name: spec.name, reason: error.message })
  })
  child.once('spawn', () => {
    children.push(held)
    record()
    tell({ kind: 'started', name: spec.name, pid: child.pid ?? 0 })
  })
  child.once('exit', (code, signal) => {
    held.exited = true
    tell({ kind: 'exited', pid: child.pid ?? 0, exit: { code, signal } })
  })
}

function stopChild(held: Held, withinMs: number): Promise<void> {
  if (held.exited) return Promise.resolve()
  return new Promise((resolve) => {
    const limit = setTimeout(() => held.process.kill('SIGKILL'), withinMs)
    held.process.once('exit', () => {
      clearTimeout(limit)
      resolve()
    })
    held.process.kill(withinMs === 0 ? 'SIGKILL' : 'SIGTERM')
  })
}

async function stopAll(now: boolean): Promise<void> {
  stopping = true
  record()
  for (const held of [...children].reverse()) await stopChild(held, now ? 0 : held.spec.stopWithinMs)
  for (const { command, args, env, withinMs } of [...atEnds].reverse()) {
    spawnSync(command, [...args], { env: { ...process.env, ...env }, timeout: withinMs, stdio: 'ignore' })
  }
  recordRunning(options.state, undefined)
  if (options.deleteState) rmSync(options.state, { recursive: true, force: true })
  process.exit(0)
}

function stop(now: boolean): void {
  if (!stopping) void stopAll(now)
  else if (now) for (const held of children) held.process.kill('SIGKILL')
}

function handle(message: ToKeeper): void {
  switch (message.kind) {
    case 'start':
      start(message.child)
      return
    case 'atEnd':
      atEnds.push(message.atEnd)
      return
    case 'stop':
      stop(message.now)
      return
    default:
      message satisfies never
  }
}

process.on('message', (message) => handle(message as ToKeeper))
process.on('disconnect', () => stop(false))
process.on('SIGTERM', () => stop(false))
// The terminal's Ctrl-C and hang-up are the script's to answer.
process.on('SIGINT', () => undefined)
process.on('SIGHUP', () => undefined)
record()
tell({ kind: 'ready' })
