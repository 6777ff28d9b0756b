/** `npm run demo`: a whole workflow on real services, live; `-- --data FILE` feeds real purchases instead, `--replay` replays them, too. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createApiClient } from './apiClient.js'
import { runPurchases } from './demo/runPurchases.js'
import { runReplays } from './demo/runReplays.js'
import { runWelcome } from './demo/runWelcome.js'
import { openSink, type Sink } from './demo/sink.js'
import type { Stage } from './demo/stage.js'
import { newKey } from './keys.js'
import { runScript } from './lifetime.js'
import { startMillrace } from './millrace.js'
import { resolveServices } from './services/resolve.js'
import type { Services } from './services/types.js'
import { line, progressLine } from './terminal.js'

const TOPIC_PREFIX = 'millrace.'

async function openStage(services: Services, sink: Sink, state: string): Promise<Stage> {
  const keys = { secretKey: newKey('sk'), publicKey: newKey('pk') }
  const log = join(state, 'millrace.log')
  line(`  millrace  starts; its log is ${log}`)
  const env = { WEBHOOK_ALLOW: sink.address, TOPIC_PREFIX, LOG_LEVEL: 'info' }
  const millrace = await startMillrace(services, { keys, env, output: log })
  const api = createApiClient(millrace.base, keys.secretKey)
  const project = await api.get<{ id: string }>('/project')
  const topic = `${TOPIC_PREFIX}contact-events`
  const { KAFKA_BROKERS: brokers } = services.env
  return { api, base: millrace.base, brokers, topic, projectId: project.id, sink, pid: millrace.process.pid }
}

await runScript(async () => {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      replay: { type: 'boolean', default: false },
      contacts: { type: 'string', default: '60' },
    },
  })
  const state = mkdtempSync(join(tmpdir(), 'millrace-demo-'))
  line('The demo starts Kafka, MongoDB, a schema registry and the engine.')
  const services = await resolveServices({ state, keepData: false, name: 'demo', onProgress: progressLine })
  const sink = await openSink()
  try {
    const stage = await openStage(services, sink, state)
    const { data, replay, contacts } = values
    if (data === undefined) return (await runWelcome(stage, Number(contacts))) ? 0 : 1
    const right = await runPurchases(stage, data)
    const replayed = !replay || (await runReplays(stage))
    return right && replayed ? 0 : 1
  } finally {
    await sink.close()
    await services.stop()
  }
})
