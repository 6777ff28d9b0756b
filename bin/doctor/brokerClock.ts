import type { Kafka } from '../../producers/client.js'
import { connectProducer } from '../../producers/kafkaPort.js'
import { timerMessages } from '../../producers/timers.js'
import { createCodec } from '../../schemas/registry.js'
import { createBrokerTime } from '../../src/brokerTime.js'
import type { Config } from '../../src/config.js'
import { topologyOf } from '../../src/connections.js'
import type { ExecutionId } from '../../src/workflow/ids.js'

/** The first produce also opens connections; the quickest of these counts. */
const PRODUCES = 5
const NO_EXECUTION = '00000000-0000-0000-0000-000000000000' as ExecutionId

/** By how much the broker's clock is ahead of this machine's, from timers that name no execution. */
export async function brokerAheadMs(kafka: Kafka, config: Config): Promise<number> {
  const time = createBrokerTime({ now: () => new Date() })
  const codec = await createCodec({ registryUrl: null })
  const producer = await connectProducer({
    kafka,
    brokers: config.KAFKA_BROKERS,
    patienceMs: config.CONNECT_TIMEOUT_MS,
    onAppended: time.measured,
  })
  try {
    const timer = () => ({ v: 1, executionId: NO_EXECUTION, seq: 0, dueAt: new Date() }) as const
    const { name } = topologyOf(config).timers
    for (let n = 0; n < PRODUCES; n++) await producer.send([timerMessages(codec, name, [timer()])])
  } finally {
    await producer.close()
  }
  const now = new Date()
  return time.of(now).getTime() - now.getTime()
}
