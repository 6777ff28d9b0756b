import { eventually, httpAnswers, mongoAnswers, tcpAnswers } from './probe.js'
import type { ServiceAddresses } from './types.js'

const ANSWER_WITHIN_MS = 20_000

/** The addresses in the environment: both of MongoDB and Kafka, or none. */
export function configuredAddresses(env: NodeJS.ProcessEnv): ServiceAddresses | undefined {
  const mongo = env['MONGODB_URI'] || undefined
  const kafka = env['KAFKA_BROKERS'] || undefined
  if (mongo === undefined && kafka === undefined) return undefined
  if (mongo === undefined) throw new Error(halfSet('KAFKA_BROKERS', 'MONGODB_URI'))
  if (kafka === undefined) throw new Error(halfSet('MONGODB_URI', 'KAFKA_BROKERS'))
  const registry = env['SCHEMA_REGISTRY_URL']
  return { MONGODB_URI: mongo, KAFKA_BROKERS: kafka, ...(registry ? { SCHEMA_REGISTRY_URL: registry } : {}) }
}

function halfSet(set: string, unset: string): string {
  return `${set} is set but ${unset} is not: set both to use your services, or none to have them started.`
}

export interface HostPort {
  readonly host: string
  readonly port: number
}

/** `a:9092, [::1]:9093` as hosts and ports; a port that is left out is Kafka's usual one. */
export function parseBrokers(brokers: string): HostPort[] {
  const parts = brokers.split(',').map((part) => part.trim())
  return parts.filter((part) => part !== '').map(parseBroker)
}

function parseBroker(broker: string): HostPort {
  const match = /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(broker)
  const port = Number(match?.[2] ?? 9092)
  if (match?.[1] === undefined || port < 1 || port > 65_535) {
    throw new Error(`KAFKA_BROKERS holds ${JSON.stringify(broker)}, which is not host:port.`)
  }
  return { host: match[1].replace(/^\[|\]$/g, ''), port }
}

/** An address as it may be shown: without user and password. */
export function withoutSecrets(uri: string): string {
  return uri.replace(/\/\/[^@/]*@/, '//')
}

/** Waits a bounded time for configured services; the error names each address that stays silent. */
export async function mustAnswer(env: ServiceAddresses, withinMs = ANSWER_WITHIN_MS): Promise<void> {
  const brokers = parseBrokers(env.KAFKA_BROKERS)
  const registry = env.SCHEMA_REGISTRY_URL
  const anyBroker = async (): Promise<boolean> =>
    (await Promise.all(brokers.map(({ host, port }) => tcpAnswers(host, port)))).includes(true)
  const probes: [string, () => Promise<boolean>][] = [
    [
      `MongoDB (a writable replica set) at ${withoutSecrets(env.MONGODB_URI)}`,
      () => mongoAnswers(env.MONGODB_URI),
    ],
    [`Kafka at ${env.KAFKA_BROKERS}`, anyBroker],
  ]
  if (registry !== undefined) {
    probes.push([
      `the schema registry at ${withoutSecrets(registry)}`,
      () => httpAnswers(`${registry}/subjects`),
    ])
  }
  const answered = await Promise.all(probes.map(([, probe]) => eventually(probe, withinMs)))
  const silent = probes.filter((_, index) => !answered[index]).map(([what]) => what)
  if (silent.length > 0) {
    throw new Error(
      `No answer within ${withinMs / 1000} s from ${silent.join(', nor from ')}: is it running and reachable?`,
    )
  }
}
