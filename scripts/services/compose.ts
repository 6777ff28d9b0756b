/** The services as containers, where a Docker engine answers and the images are there or can be pulled. */
import { fileURLToPath } from 'node:url'
import type { Keeper } from './keeperClient.js'
import { freePorts } from './ports.js'
import { eventually, httpAnswers, kafkaAnswers, mongoAnswers } from './probe.js'
import { run, tail } from './processes.js'
import { remember, remembered } from './stateFolder.js'
import { told } from './told.js'
import type { Found, ResolveOptions, ServiceAddresses } from './types.js'

const ANSWER_LIMIT_MS = 8000
const PULL_LIMIT_MS = 300_000
const UP_LIMIT_MS = 180_000
const DOWN_LIMIT_MS = 60_000
const PROBE_LIMIT_MS = 20_000
const SERVICES = ['kafka', 'mongodb', 'schema-registry'] as const
const FILE = fileURLToPath(new URL('../../../docker-compose.yml', import.meta.url))
const PORTS_FILE = 'compose-ports.json'

interface ComposeOptions extends ResolveOptions {
  readonly keeper: Keeper
}

type PortVariables = Readonly<Record<'KAFKA_PORT' | 'MONGODB_PORT' | 'REGISTRY_PORT', string>>

/** A Compose project name: lower case, digits, dashes. */
export function projectName(name: string): string {
  return `millrace-${name.toLowerCase().replace(/[^a-z0-9-]+/g, '-')}`
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
  const base = ['compose', '-f', FILE]
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

async function choosePorts(state: string): Promise<PortVariables> {
  const last = remembered<PortVariables>(state, PORTS_FILE)
  const wanted =
    last === undefined ? [] : [last.KAFKA_PORT, last.MONGODB_PORT, last.REGISTRY_PORT].map(Number)
  const [kafka, mongodb, registry] = await freePorts(SERVICES.length, wanted)
  const ports = { KAFKA_PORT: `${kafka}`, MONGODB_PORT: `${mongodb}`, REGISTRY_PORT: `${registry}` }
  remember(state, PORTS_FILE, ports)
  return ports
}

async function up(options: ComposeOptions): Promise<Found> {
  const ports = await choosePorts(options.state)
  const base = ['compose', '-f', FILE, '-p', projectName(options.name)]
  const down = [...base, 'down', '--timeout', '15', ...(options.keepData ? [] : ['--volumes'])]
  options.keeper.atEnd({ command: 'docker', args: down, env: ports, withinMs: DOWN_LIMIT_MS })
  const work = { service: 'docker', doing: 'starting the containers', done: 'containers are healthy' }
  const args = [...base, 'up', '--detach', '--wait', ...SERVICES]
  await told(options.onProgress, work, async () => {
    const { ok, output } = await run('docker', args, { env: ports, withinMs: UP_LIMIT_MS })
    if (!ok) throw new Error(`\`docker ${args.join(' ')}\` failed:\n${tail(output)}`)
  })
  const env = addresses(ports)
  await mustAnswerToUs(env)
  return { how: 'compose', env, lost: new Promise(() => undefined) }
}

function addresses(ports: PortVariables): Required<ServiceAddresses> {
  return {
    // The member's own name is known inside the Compose network only, hence the direct connection.
    MONGODB_URI: `mongodb://127.0.0.1:${ports.MONGODB_PORT}/millrace?directConnection=true`,
    KAFKA_BROKERS: `127.0.0.1:${ports.KAFKA_PORT}`,
    SCHEMA_REGISTRY_URL: `http://127.0.0.1:${ports.REGISTRY_PORT}/apis/ccompat/v7`,
  }
}

async function mustAnswerToUs(env: Required<ServiceAddresses>): Promise<void> {
  const answered = await Promise.all([
    eventually(() => kafkaAnswers(env.KAFKA_BROKERS), PROBE_LIMIT_MS),
    eventually(() => mongoAnswers(env.MONGODB_URI), PROBE_LIMIT_MS),
    eventually(() => httpAnswers(`${env.SCHEMA_REGISTRY_URL}/subjects`), PROBE_LIMIT_MS),
  ])
  const silent = SERVICES.filter((_, index) => !answered[index])
  if (silent.length > 0)
    throw new Error(`The containers are healthy but ${silent.join(' and ')} cannot be reached.`)
}
