import { randomUUID } from 'node:crypto'
import { startReplays } from '../consumers/replay.js'
import { connectOffsetReader } from '../consumers/run/offsets.js'
import type { Config } from './config.js'
import type { Connections } from './connections.js'
import type { Announcer } from './events.js'
import { realScheduler } from './store/scheduling.js'

export interface ReplayRole {
  stop(): Promise<void>
}

/** Works on replays that were asked for by API or command line. */
export async function startReplayRole(
  config: Config,
  { stores, outbox, codec, clock, brokerTime, kafka, topology }: Connections,
  announcer: Announcer,
): Promise<ReplayRole> {
  const offsets = await connectOffsetReader({
    kafka,
    brokers: config.KAFKA_BROKERS,
    patienceMs: config.CONNECT_TIMEOUT_MS,
  })
  const replays = startReplays({
    ...stores,
    outbox,
    codec,
    clock,
    brokerTimeOf: brokerTime.of,
    kafka,
    topology,
    offsets,
    announcer,
    lifecycleFacts: config.LIFECYCLE_FACTS,
    timesInDisorder: config.ALLOW_CREATE_TIME,
    scheduler: realScheduler,
    newId: randomUUID,
  })
  return {
    stop: async () => {
      await replays.stop()
      await offsets.close()
    },
  }
}
