/** Real services as local processes, for machines without Docker. */
import { cached, cacheFolder, isCached, type Recipe } from './cache.js'
import { startKafka } from './kafka.js'
import type { HeldProcess, Keeper } from './keeperClient.js'
import { mongodUri, startMongod } from './mongod.js'
import { fetchedMongod, installedMongod, mongodIsCached } from './mongodBinary.js'
import { KAFKA, REGISTRY } from './packages.js'
import { freePorts } from './ports.js'
import { registryUrl, startRegistry } from './registry.js'
import { remember, remembered } from './stateFolder.js'
import { type Report, told } from './told.js'
import { needTools } from './tools.js'
import type { Found } from './types.js'

interface Local {
  readonly keeper: Keeper
  readonly state: string
  readonly report: Report
  /** The cache of fetched packages. */
  readonly root: string
  readonly java: string
  readonly mongod: string | undefined
  readonly ports: Ports
}

interface Ports {
  readonly kafka: number
  readonly controller: number
  readonly mongod: number
  readonly registry: number
}

/** The ports of the last start where they are still free, so that addresses stay what they were. */
async function choosePorts(state: string): Promise<Ports> {
  const last = remembered<Ports>(state, 'ports.json')
  const wanted = last === undefined ? [] : [last.kafka, last.controller, last.mongod, last.registry]
  const [kafka = 0, controller = 0, mongod = 0, registry = 0] = await freePorts(4, wanted)
  const ports = { kafka, controller, mongod, registry }
  remember(state, 'ports.json', ports)
  return ports
}

async function fetched(local: Local, service: string, recipe: Recipe): Promise<string> {
  if (isCached(local.root, recipe)) return cached(local.root, recipe)
  const work = { service, doing: 'fetching with Maven', done: 'fetched' }
  return told(local.report, work, () => cached(local.root, recipe))
}

async function kafka(local: Local): Promise<HeldProcess> {
  const folder = await fetched(local, 'kafka', KAFKA)
  const { keeper, java, state, ports } = local
  const work = { service: 'kafka', doing: 'starting', done: `answers on 127.0.0.1:${ports.kafka}` }
  const options = { keeper, java, state, folder, port: ports.kafka, controllerPort: ports.controller }
  return told(local.report, work, () => startKafka(options))
}

async function mongod(local: Local): Promise<HeldProcess> {
  const binary = local.mongod ?? (await fetchedMongod(local.root, local.report))
  const { keeper, state, ports } = local
  const work = { service: 'mongod', doing: 'starting', done: `answers on 127.0.0.1:${ports.mongod}` }
  return told(local.report, work, () => startMongod({ keeper, binary, state, port: ports.mongod }))
}

async function registry(local: Local): Promise<HeldProcess> {
  const folder = await fetched(local, 'registry', REGISTRY)
  const { keeper, java, state, ports } = local
  const work = { service: 'registry', doing: 'starting', done: `answers on 127.0.0.1:${ports.registry}` }
  return told(local.report, work, () => startRegistry({ keeper, java, state, folder, port: ports.registry }))
}

async function loss(name: string, held: HeldProcess, log: string): Promise<string> {
  const { code, signal } = await held.exited
  return `${name} ended unexpectedly (${signal ?? `code ${code}`}): see ${log}.`
}

export async function localServices(keeper: Keeper, state: string, report: Report): Promise<Found> {
  const root = cacheFolder(process.env)
  const installed = await installedMongod()
  const fetch = {
    maven: !(isCached(root, KAFKA) && isCached(root, REGISTRY)),
    python: installed === undefined && !mongodIsCached(root),
  }
  const java = await needTools(fetch, report)
  const ports = await choosePorts(state)
  const local = { keeper, state, report, root, java, mongod: installed, ports }
  const [k, m, r] = await Promise.all([kafka(local), mongod(local), registry(local)])
  return {
    how: 'local',
    env: {
      MONGODB_URI: mongodUri(ports.mongod),
      KAFKA_BROKERS: `127.0.0.1:${ports.kafka}`,
      SCHEMA_REGISTRY_URL: registryUrl(ports.registry),
    },
    lost: Promise.race([
      loss('Kafka', k, `${state}/kafka/kafka.log`),
      loss('mongod', m, `${state}/mongod/mongod.log`),
      loss('The schema registry', r, `${state}/registry/registry.log`),
    ]),
    again: {
      kafka: async () => (await kafka(local)).pid,
      mongod: async () => (await mongod(local)).pid,
    },
    pids: { kafka: k.pid, mongod: m.pid, registry: r.pid },
  }
}
