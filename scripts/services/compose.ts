/** The services as containers, where a Docker engine answers and the images are there or can be pulled. */
import {
  addressesAt,
  COMPOSE_FILE,
  choosePorts,
  mustAnswerToUs,
  projectName,
  SERVICES,
} from './composeFile.js'
import type { Keeper } from './keeperClient.js'
import { run, tail } from './processes.js'
import { told } from './told.js'
import type { Found, ResolveOptions } from './types.js'

const ANSWER_LIMIT_MS = 8000
const PULL_LIMIT_MS = 300_000
const UP_LIMIT_MS = 180_000
const DOWN_LIMIT_MS = 60_000

interface ComposeOptions extends ResolveOptions {
  readonly keeper: Keeper
}

/** Undefined, after a sentence that says why, where Compose cannot be used. */
export async function composeServices(options: ComposeOptions): Promise<Found | undefined> {
  const began = Date.now()
  const say = (what: string): void =>
    options.onProgress({ service: 'docker', what, elapsedMs: Date.now() - began })
  if (!(await engineAnswers())) {
    say('no Docker engine answers: starting local processes instead')
    return undefined
  }
  const obstacle = await obstacleToImages(options)
  if (obstacle !== undefined) {
    say(`${obstacle}: starting local processes instead`)
    return undefined
  }
  return up(options)
}

async function engineAnswers(): Promise<boolean> {
  return (await run('docker', ['info', '--format', '{{.ServerVersion}}'], { withinMs: ANSWER_LIMIT_MS })).ok
}

async function obstacleToImages(options: ComposeOptions): Promise<string | undefined> {
  const base = ['compose', '-f', COMPOSE_FILE]
  const listed = await run('docker', [...base, 'config', '--images', ...SERVICES], {
    withinMs: ANSWER_LIMIT_MS,
  })
  if (!listed.ok) return 'Docker answers but `docker compose` does not work'
  const images = listed.output.trim().split('\n')
  if ((await run('docker', ['image', 'inspect', ...images], { withinMs: ANSWER_LIMIT_MS })).ok)
    return undefined
  const work = { service: 'docker', doing: 'pulling the images', done: 'asked for the images' }
  const pull = (): ReturnType<typeof run> =>
    run('docker', [...base, 'pull', '--quiet', ...SERVICES], { withinMs: PULL_LIMIT_MS })
  const pulled = await told(options.onProgress, work, pull)
  return pulled.ok ? undefined : `the images cannot be pulled (${tail(pulled.output, 1).slice(0, 160)})`
}

async function up(options: ComposeOptions): Promise<Found> {
  const ports = await choosePorts(options.state)
  const base = ['compose', '-f', COMPOSE_FILE, '-p', projectName(options.name)]
  const down = [...base, 'down', '--timeout', '15', ...(options.keepData ? [] : ['--volumes'])]
  options.keeper.atEnd({ command: 'docker', args: down, env: ports, withinMs: DOWN_LIMIT_MS })
  const work = { service: 'docker', doing: 'starting the containers', done: 'containers are healthy' }
  const args = [...base, 'up', '--detach', '--wait', ...SERVICES]
  await told(options.onProgress, work, async () => {
    const { ok, output } = await run('docker', args, { env: ports, withinMs: UP_LIMIT_MS })
    if (!ok) throw new Error(`\`docker ${args.join(' ')}\` failed:\n${tail(output)}`)
  })
  const env = addressesAt(ports)
  await mustAnswerToUs(env)
  return { how: 'compose', env, lost: new Promise(() => undefined) }
}
