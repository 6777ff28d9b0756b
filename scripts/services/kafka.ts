import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { HeldProcess, Keeper } from './keeperClient.js'
import { kafkaAnswers, untilUp } from './probe.js'
import { run, tail } from './processes.js'

const UP_WITHIN_MS = 180_000
const MESSAGE_MAX_BYTES = 3 * 1024 * 1024

const LOG_CONFIG = `status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d %p %c{1} %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
`

/** One KRaft node that is broker and controller, on loopback only, made for a quick start. */
export function serverProperties(data: string, port: number, controllerPort: number): string {
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': data,
    'auto.create.topics.enable': false,
    'group.initial.rebalance.delay.ms': 0,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 6,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 6,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'message.max.bytes': MESSAGE_MAX_BYTES,
    'log.retention.hours': 168,
    'num.network.threads': 2,
    'num.io.threads': 4,
  }
  return `${Object.entries(settings)
    .map(([key, value]) => `${key}=${value}`)
    .join('\n')}\n`
}

export interface LocalKafka {
  readonly keeper: Keeper
  readonly java: string
  readonly folder: string
  readonly state: string
  readonly port: number
  readonly controllerPort: number
}

export async function startKafka(options: LocalKafka): Promise<HeldProcess> {
  const home = join(options.state, 'kafka')
  const data = join(home, 'data')
  const config = join(home, 'server.properties')
  const logConfig = join(home, 'log4j2.properties')
  const log = join(home, 'kafka.log')
  mkdirSync(data, { recursive: true })
  writeFileSync(config, serverProperties(data, options.port, options.controllerPort))
  writeFileSync(logConfig, LOG_CONFIG)
  const jvm = [
    '-Xmx512m',
    `-Dlog4j2.configurationFile=${logConfig}`,
    '-cp',
    join(options.folder, 'libs', '*'),
  ]
  if (!existsSync(join(data, 'meta.properties'))) await format(options.java, jvm, config)
  const child = await options.keeper.start({
    name: 'kafka',
    command: options.java,
    args: [...jvm, 'kafka.Kafka', config],
    cwd: home,
    output: log,
    stopWithinMs: 15_000,
  })
  const probe = (): Promise<boolean> => kafkaAnswers(`127.0.0.1:${options.port}`)
  await untilUp({ name: 'Kafka', child, log, withinMs: UP_WITHIN_MS, probe })
  return child
}

/** 22 characters, the first a letter: one that begins with a dash would be taken for an option. */
export function newClusterId(): string {
  const bytes = randomBytes(16)
  bytes.writeUInt8(bytes.readUInt8(0) & 0x7f, 0)
  return bytes.toString('base64url')
}

async function format(java: string, jvm: readonly string[], config: string): Promise<void> {
  const args = [...jvm, 'kafka.tools.StorageTool', 'format', '-t', newClusterId(), '-c', config]
  const { ok, output } = await run(java, args, { withinMs: UP_WITHIN_MS })
  if (!ok) throw new Error(`Kafka's storage cannot be formatted:\n${tail(output)}`)
}
