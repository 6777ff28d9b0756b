/** What docker-compose.yml says about the services, for whoever starts them from it. */
import { fileURLToPath } from 'node:url'
import { freePorts } from './ports.js'
import { eventually, httpAnswers, kafkaAnswers, mongoAnswers } from './probe.js'
import { remember, remembered } from './stateFolder.js'
import type { ServiceAddresses } from './types.js'

const PROBE_LIMIT_MS = 20_000
const PORTS_FILE = 'compose-ports.json'

export const SERVICES = ['kafka', 'mongodb', 'schema-registry'] as const
export const COMPOSE_FILE = fileURLToPath(new URL('../../../docker-compose.yml', import.meta.url))

export type PortVariables = Readonly<Record<'KAFKA_PORT' | 'MONGODB_PORT' | 'REGISTRY_PORT', string>>

/** A Compose project name: lower case, digits, dashes. */
export function projectName(name: string): string {
  return `millrace-${name.toLowerCase().replace(/[^a-z0-9-]+/g, '-')}`
}

/** Free ports on the loopback: those of the last time where they are free. */
export async function choosePorts(state: string): Promise<PortVariables> {
  const last = remembered<PortVariables>(state, PORTS_FILE)
  const wanted =
    last === undefined ? [] : [last.KAFKA_PORT, last.MONGODB_PORT, last.REGISTRY_PORT].map(Number)
  const [kafka, mongodb, registry] = await freePorts(SERVICES.length, wanted)
  const ports = { KAFKA_PORT: `${kafka}`, MONGODB_PORT: `${mongodb}`, REGISTRY_PORT: `${registry}` }
  remember(state, PORTS_FILE, ports)
  return ports
}

export function addressesAt(ports: PortVariables): Required<ServiceAddresses> {
  return {
    // The member's own name is known inside the Compose network only, hence the direct connection.
    MONGODB_URI: `mongodb://127.0.0.1:${ports.MONGODB_PORT}/millrace?directConnection=true`,
    KAFKA_BROKERS: `127.0.0.1:${ports.KAFKA_PORT}`,
    SCHEMA_REGISTRY_URL: `http://127.0.0.1:${ports.REGISTRY_PORT}/apis/ccompat/v7`,
  }
}

/** Healthy inside is not yet reachable from here. */
export async function mustAnswerToUs(env: Required<ServiceAddresses>): Promise<void> {
  const answered = await Promise.all([
    eventually(() => kafkaAnswers(env.KAFKA_BROKERS), PROBE_LIMIT_MS),
    eventually(() => mongoAnswers(env.MONGODB_URI), PROBE_LIMIT_MS),
    eventually(() => httpAnswers(`${env.SCHEMA_REGISTRY_URL}/subjects`), PROBE_LIMIT_MS),
  ])
  const silent = SERVICES.filter((_, index) => !answered[index])
  if (silent.length > 0)
    throw new Error(`The containers are healthy but ${silent.join(' and ')} cannot be reached.`)
}
