/** `npm test`: everything that continuous integration asks for, stopping at the first stage that fails. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { runScript } from './lifetime.js'
import { resolveServices } from './services/resolve.js'
import type { Services } from './services/types.js'
import { complain, line, progressLine, seconds, sentence } from './terminal.js'
import { removeStaleOutput } from './testing/compiled.js'
import { runStage } from './testing/runStage.js'
import {
  type Counts,
  chosenStages,
  countsLine,
  GROUPS,
  isGroup,
  type Stage,
  type Wish,
} from './testing/stages.js'

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

interface Asked {
  readonly wish: Wish
  readonly inContainers: boolean
}

function readArguments(): Asked {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      grep: { type: 'string' },
      containers: { type: 'boolean', default: false },
    },
  })
  const { only, grep, containers } = values
  if (only === undefined || isGroup(only)) return { wish: { only, grep }, inContainers: containers }
  throw new Error(`--only takes one of ${GROUPS.join(', ')}.`)
}

function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-test-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

class TestRun {
  readonly counts: Counts[] = []
  readonly #scratch = ownFolder()
  readonly #asked: Asked
  #services: Services | undefined

  constructor(asked: Asked) {
    this.#asked = asked
  }

  /** True if the stage passed or had nothing to do. */
  async stage(stage: Stage): Promise<boolean> {
    const began = Date.now()
    line(`\n── ${stage.title}`)
    const ok = this.#hasFiles(stage) ? await this.#run(stage) : this.#nothing()
    line(`── ${stage.title}: ${ok ? 'ok' : 'FAILED'} (${seconds(Date.now() - began)})`)
    return ok
  }

  async end(): Promise<void> {
    await this.#services?.stop({ now: true })
  }

  async #run(stage: Stage): Promise<boolean> {
    const services = stage.needsServices === true ? await this.#startServices() : undefined
    const run = { root: ROOT, scratch: this.#scratch, wish: this.#asked.wish, services }
    const { ok, counts } = await runStage(stage, run)
    if (counts !== undefined) this.counts.push(counts)
    return ok
  }

  #nothing(): boolean {
    line('no such tests yet')
    return true
  }

  #hasFiles({ files }: Stage): boolean {
    if (files === undefined) return true
    removeStaleOutput(ROOT)
    return readdirSync(join(ROOT, 'dist', 'test'), { recursive: true, encoding: 'utf8' }).some((file) =>
      files.test(file),
    )
  }

  async #startServices(): Promise<Services> {
    // Not inside the scratch folder: the keeper deletes it, whatever becomes of this process.
    const state = mkdtempSync(join(tmpdir(), 'millrace-test-services-'))
    const options = { state, keepData: false, name: basename(state), onProgress: progressLine }
    const only = this.#asked.inContainers ? ({ only: 'containers' } as const) : {}
    this.#services ??= await resolveServices({ ...options, ...only })
    return this.#services
  }
}

async function runAll(run: TestRun, stages: readonly Stage[]): Promise<boolean> {
  for (const stage of stages) {
    if (!(await run.stage(stage))) return false
  }
  return true
}

await runScript(async () => {
  const began = Date.now()
  const asked = readArguments()
  const run = new TestRun(asked)
  const ok = await runAll(run, chosenStages(asked.wish)).catch((error) => {
    complain(sentence(error))
    return false
  })
  await run.end()
  line(
    `\n${ok ? 'Everything passed' : 'Stopped at the first failing stage'} after ${seconds(Date.now() - began)}.`,
  )
  line(countsLine(run.counts))
  return ok ? 0 : 1
})
