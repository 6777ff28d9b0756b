/** The services as containers of testcontainers: a fresh set for the tests, gone with them. */
import { basename, dirname } from 'node:path'
import { DockerComposeEnvironment, getContainerRuntimeClient, Wait } from 'testcontainers'
import {
  addressesAt,
  COMPOSE_FILE,
  choosePorts,
  mustAnswerToUs,
  projectName,
  SERVICES,
} from './composeFile.js'
import type { Keeper } from './keeperClient.js'
import { told } from './told.js'
import type { Found, ResolveOptions } from './types.js'

const UP_LIMIT_MS = 300_000
const DOWN_LIMIT_MS = 60_000

interface ContainerOptions extends ResolveOptions {
  readonly keeper: Keeper
}

/** As docker-compose.yml defines them; throws where no engine answers. */
export async function containerServices(options: ContainerOptions): Promise<Found> {
  await engineMustAnswer()
  const ports = await choosePorts(options.state)
  const name = projectName(options.name)
  // The reaper of testcontainers needs an image of its own and may be switched off: the keeper tidies up in any case.
  const down = ['compose', '-f', COMPOSE_FILE, '-p', name, 'down', '--timeout', '1', '--volumes']
  options.keeper.atEnd({ command: 'docker', args: down, env: ports, withinMs: DOWN_LIMIT_MS })
  const environment = new DockerComposeEnvironment(dirname(COMPOSE_FILE), basename(COMPOSE_FILE))
    .withProjectName(name)
    .withEnvironment(ports)
    .withDefaultWaitStrategy(Wait.forHealthCheck())
    .withStartupTimeout(UP_LIMIT_MS)
  const work = { service: 'testcontainers', doing: 'starting the containers', done: 'containers are healthy' }
  await told(options.onProgress, work, () => environment.up([...SERVICES]))
  const env = addressesAt(ports)
  await mustAnswerToUs(env)
  return { how: 'containers', env, lost: new Promise(() => undefined) }
}

async function engineMustAnswer(): Promise<void> {
  try {
    await getContainerRuntimeClient()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(
      `No container engine answers (${reason}): start Docker, or run \`npm test\`, which needs none.`,
    )
  }
}
