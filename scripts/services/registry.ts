import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { HeldProcess, Keeper } from './keeperClient.js'
import { REGISTRY_VERSION } from './packages.js'
import { httpAnswers, untilUp } from './probe.js'

const UP_WITHIN_MS = 180_000

export interface LocalRegistry {
  readonly keeper: Keeper
  readonly java: string
  readonly folder: string
  readonly state: string
  readonly port: number
}

export function registryUrl(port: number): string {
  return `http://127.0.0.1:${port}/apis/ccompat/v7`
}

/** Schemas live in a file database: the ids in stored messages stay readable after a restart. */
export async function startRegistry(options: LocalRegistry): Promise<HeldProcess> {
  const home = join(options.state, 'registry')
  const log = join(home, 'registry.log')
  mkdirSync(home, { recursive: true })
  const child = await options.keeper.start({
    name: 'registry',
    command: options.java,
    args: [
      '-Xmx512m',
      `-Dquarkus.http.port=${options.port}`,
      '-Dquarkus.http.host=127.0.0.1',
      `-Dapicurio.datasource.url=jdbc:h2:file:${join(home, 'data')}`,
      '-jar',
      join(options.folder, `apicurio-registry-app-${REGISTRY_VERSION}-runner.jar`),
    ],
    cwd: home,
    output: log,
    stopWithinMs: 10_000,
  })
  const probe = (): Promise<boolean> => httpAnswers(`${registryUrl(options.port)}/subjects`)
  await untilUp({ name: 'The schema registry', child, log, withinMs: UP_WITHIN_MS, probe })
  return child
}
