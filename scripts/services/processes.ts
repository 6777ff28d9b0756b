import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface Finished {
  readonly ok: boolean
  /** Standard output and error, in the order in which they came. */
  readonly output: string
}

export interface RunOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly withinMs?: number
}

const underWay = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of underWay) child.kill()
})

/** What still runs when we exit is told to end, too. */
export function endWithUs(child: ChildProcess): void {
  underWay.add(child)
  child.once('close', () => underWay.delete(child))
  child.once('error', () => underWay.delete(child))
}

/** Runs a command to its end (or ours). A missing command, a bad exit or a time-out are all `ok: false`, never a throw. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(command, [...args], {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      timeout: options.withinMs,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    endWithUs(child)
    let output = ''
    const take = (chunk: Buffer): void => {
      output += chunk.toString()
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.once('error', (error) => resolve({ ok: false, output: error.message }))
    child.once('close', (code) => resolve({ ok: code === 0, output }))
  })
}

/** False for a zombie, too: it only waits for a parent that may never ask. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return commandLine(pid) !== ''
}

/** The command line of a process, empty if there is none (or only its zombie). */
export function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return process.platform === 'linux'
      ? ''
      : spawnSync('ps', ['-p', `${pid}`, '-o', 'args=']).stdout.toString()
  }
}

/** The last lines of a command's output or a log: where the reason usually stands. */
export function tail(text: string, lines = 15): string {
  return text.trimEnd().split('\n').slice(-lines).join('\n')
}
