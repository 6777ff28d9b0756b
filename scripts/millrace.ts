import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ProjectKeys } from './keys.js'
import type { HeldProcess } from './services/keeperClient.js'
import { freePort } from './services/ports.js'
import { eventually, httpAnswers } from './services/probe.js'
import type { Services } from './services/types.js'

const MAIN = fileURLToPath(new URL('../src/main.js', import.meta.url))
/** The engine gives calls under way 45 s to finish. */
const STOP_WITHIN_MS = 50_000
const READY_WITHIN_MS = 180_000

export interface MillraceOptions {
  readonly keys: ProjectKeys
  /** `inherit`, or a log file. */
  readonly output: string
  readonly env?: Readonly<Record<string, string>>
  readonly name?: string
  /** More flags of Node.js. */
  readonly flags?: readonly string[]
  /** Another way in than the service's own. */
  readonly main?: { readonly file: string; readonly args: readonly string[] }
}

/** A running Millrace process and how to call it. */
export interface Millrace {
  readonly base: string
  readonly process: HeldProcess
}

/** Starts the whole engine as a process that the keeper holds; `ready` is another question. */
export async function launchMillrace(
  services: Services,
  port: number,
  options: MillraceOptions,
): Promise<Millrace> {
  const { keys, output, env = {}, name = 'millrace', flags = [], main = { file: MAIN, args: [] } } = options
  const process_ = await services.keeper.start({
    name,
    command: process.execPath,
    args: ['--enable-source-maps', ...flags, main.file, ...main.args],
    env: {
      ...services.env,
      PORT: `${port}`,
      MILLRACE_SECRET_KEY: keys.secretKey,
      MILLRACE_PUBLIC_KEY: keys.publicKey,
      ...env,
    },
    output,
    stopWithinMs: STOP_WITHIN_MS,
  })
  return { base: `http://127.0.0.1:${port}`, process: process_ }
}

/** As `launchMillrace`, on a free port, waiting until it is ready; throws with the place of its log otherwise. */
export async function startMillrace(services: Services, options: MillraceOptions): Promise<Millrace> {
  const millrace = await launchMillrace(services, await freePort(), options)
  let ended = false
  void millrace.process.exited.then(() => {
    ended = true
  })
  const ready = await eventually(
    () => httpAnswers(`${millrace.base}/ready`),
    READY_WITHIN_MS,
    () => ended,
  )
  if (!ready) throw new Error(`Millrace ${ended ? 'ended' : 'is not ready'}:\n${lastLines(options.output)}`)
  return millrace
}

const LAST_LINES = 8

/** The folder of a log may be gone before anybody reads it. */
function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-LAST_LINES).join('\n')
}
