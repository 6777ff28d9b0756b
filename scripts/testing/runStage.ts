import { spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { endWithUs } from '../services/processes.js'
import type { Services } from '../services/types.js'
import { typesOnly } from './compiled.js'
import type { Counts, Stage, Wish } from './stages.js'

export interface StageRun {
  readonly root: string
  /** A folder of this run. */
  readonly scratch: string
  readonly wish: Wish
  readonly services: Services | undefined
}

export interface Outcome {
  readonly ok: boolean
  readonly counts: Counts | undefined
}

export async function runStage(stage: Stage, run: StageRun): Promise<Outcome> {
  const file = join(run.scratch, `${stage.group}.json`)
  const grep = stage.files === undefined || run.wish.grep === undefined ? [] : ['--grep', run.wish.grep]
  const typeFiles = stage.coveredRooms?.flatMap((room) => typesOnly(run.root, room)) ?? []
  const [command = '', ...args] = [
    ...stage.command,
    ...grep,
    ...typeFiles.flatMap((file) => ['--exclude', file]),
  ]
  const env = {
    PATH: [join(run.root, 'node_modules', '.bin'), process.env['PATH']].join(delimiter),
    MILLRACE_TEST_COUNTS: file,
    ...run.services?.env,
  }
  rmSync(file, { force: true })
  const code = await (run.services === undefined
    ? alone(command, args, { cwd: run.root, env })
    : underKeeper(run.services, stage.title, { command, args, cwd: run.root, env }))
  return { ok: code === 0, counts: stage.files === undefined ? undefined : readCounts(file) }
}

type Place = { readonly cwd: string; readonly env: Readonly<Record<string, string>> }

function alone(command: string, args: readonly string[], { cwd, env }: Place): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], { cwd, env: { ...process.env, ...env }, stdio: 'inherit' })
    endWithUs(child)
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

/** Tests that use the services end with them, in whatever way this process ends. */
async function underKeeper(
  services: Services,
  name: string,
  what: Place & { readonly command: string; readonly args: readonly string[] },
): Promise<number> {
  const child = await services.keeper.start({ name, ...what, output: 'inherit', stopWithinMs: 10_000 })
  return (await child.exited).code ?? 1
}

function readCounts(file: string): Counts | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Counts
  } catch {
    return undefined
  }
}
