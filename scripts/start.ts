/** `npm start`: the services and the whole engine in one go, until Ctrl-C. */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type ProjectKeys, projectKeys } from './keys.js'
import { runScript } from './lifetime.js'
import type { HeldProcess } from './services/keeperClient.js'
import { nextFreePort } from './services/ports.js'
import { eventually, httpAnswers } from './services/probe.js'
import { resolveServices } from './services/resolve.js'
import { defaultState } from './services/stateFolder.js'
import type { Services } from './services/types.js'
import { line, progressLine, seconds } from './terminal.js'

const DEFAULT_PORT = 3000
const READY_WITHIN_MS = 120_000
/** The engine gives calls under way 45 s to finish. */
const STOP_WITHIN_MS = 50_000
const MAIN = fileURLToPath(new URL('../src/main.js', import.meta.url))

/** PORT as it is set, or the first free port from 3000 on. */
async function choosePort(): Promise<string> {
  return process.env['PORT'] || `${await nextFreePort(DEFAULT_PORT)}`
}

function startEngine(services: Services, port: string, keys: ProjectKeys): Promise<HeldProcess> {
  return services.keeper.start({
    name: 'millrace',
    command: process.execPath,
    args: ['--enable-source-maps', MAIN],
    env: {
      ...services.env,
      PORT: port,
      MILLRACE_SECRET_KEY: keys.secretKey,
      MILLRACE_PUBLIC_KEY: keys.publicKey,
    },
    output: 'inherit',
    stopWithinMs: STOP_WITHIN_MS,
  })
}

function welcome(port: string, keys: ProjectKeys): string {
  const api = `http://127.0.0.1:${port}`
  return `
  Millrace is ready.

  API         ${api}
  Docs        ${api}/docs
  Secret key  ${keys.secretKey}   (opens everything: keep it on the server)
  Public key  ${keys.publicKey}   (may only send events)

  Send a first event:

    curl -X POST ${api}/v1/track \\
      -H 'Authorization: Bearer ${keys.publicKey}' \\
      -H 'Content-Type: application/json' \\
      -d '{ "event": "signed_up", "email": "ada@example.com", "data": { "plan": "free" } }'

  Ctrl-C stops everything; the data stays.
`
}

await runScript(async (lifetime) => {
  const began = Date.now()
  const { values } = parseArgs({ options: { state: { type: 'string' } } })
  const state = values.state ?? defaultState('start', process.env)
  line('Millrace is starting.')
  const services = await resolveServices({ state, keepData: true, name: 'start', onProgress: progressLine })
  const keys = projectKeys(state, process.env)
  const port = await choosePort()
  const engine = await startEngine(services, port, keys)
  const ended = engine.exited.then(
    ({ code, signal }) => `Millrace itself ended (${signal ?? `code ${code}`}): see above.`,
  )
  const lived = lifetime.liveUntil(services.stop, [ended, services.lost])
  let over = false
  void ended.then(() => {
    over = true
  })
  const ready = await eventually(
    () => httpAnswers(`http://127.0.0.1:${port}/ready`),
    READY_WITHIN_MS,
    () => over,
  )
  if (ready) {
    progressLine({ service: 'millrace', what: 'is ready', elapsedMs: Date.now() - began })
    line(welcome(port, keys))
  } else if (!over)
    line(`Millrace is not ready after ${seconds(READY_WITHIN_MS)}; http://127.0.0.1:${port}/ready says why.`)
  return lived
})
