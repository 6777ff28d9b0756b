import type { Command } from 'commander'
import { createKafka } from '../producers/client.js'
import { rewindGroup } from '../producers/rewind.js'
import { readConfig } from '../src/config.js'
import { kafkaOptions, topologyOf } from '../src/connections.js'
import { createAnnouncer } from '../src/events.js'
import { isoMs } from '../src/workflow/isoDate.js'
import { print } from './output.js'

interface Options {
  readonly to: string
  readonly json?: true
}

export function addRewindCommand(program: Command): void {
  program
    .command('rewind')
    .requiredOption('--to <time>', 'ISO 8601; events appended from then on are handled again')
    .option('--json', 'print [{ partition, offset }]')
    .description(
      'set the engine back on the input topic, after a restored database; every engine must be stopped',
    )
    .action(rewind)
}

async function rewind({ to, json }: Options): Promise<void> {
  const ms = isoMs(to)
  if (ms === null) throw new Error(`--to is ${JSON.stringify(to)}, which is no ISO 8601 time.`)
  const config = readConfig()
  const places = await rewindGroup({
    kafka: createKafka(kafkaOptions(config, createAnnouncer())),
    brokers: config.KAFKA_BROKERS,
    patienceMs: config.CONNECT_TIMEOUT_MS,
    topic: topologyOf(config).contactEvents.name,
    to: new Date(ms),
  })
  const rows = [...places].map(([partition, offset]) => ({ partition: String(partition), offset }))
  print(json === true, rows)
}
