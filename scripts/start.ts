/** `npm start`: the services and the whole engine in one go, until Ctrl-C. */
import { parseArgs } from 'node:util'
import { type ProjectKeys, projectKeys } from './keys.js'
import { runScript } from './lifetime.js'
import { launchMillrace } from './millrace.js'
import { isFree, nextFreePort } from './services/ports.js'
import { eventually, httpAnswers } from './services/probe.js'
import { resolveServices } from './services/resolve.js'
import { defaultState } from './services/stateFolder.js'
import type { Services } from './services/types.js'
import { supervise } from './supervise.js'
import { exportsOf, line, progressLine, seconds } from './terminal.js'

const DEFAULT_PORT = 3000
const READY_WITHIN_MS = 120_000
/** On one machine somebody watches: a process that was killed is not waited for as long as in production. */
const SESSION_TIMEOUT_MS = '10000'

/** PORT as it is set, or the first free port from 3000 on. */
async function choosePort(): Promise<number> {
  const set = process.env['PORT']
  if (!set) return nextFreePort(DEFAULT_PORT)
  if (!/^\d{1,5}$/.test(set)) throw new Error(`PORT is ${JSON.stringify(set)}, which is not a port.`)
  const port = Number(set)
  if (!(await isFree(port, '0.0.0.0'))) throw new Error(`PORT is ${set}, which is taken: choose another one.`)
  return port
}

function welcome(api: string, keys: ProjectKeys, env: Services['env']): string {
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

  For the command line in another shell (npx millrace doctor, npx millrace --help):

    ${exportsOf(env).join('\n    ')}

  Ctrl-C stops everything; the data stays.
`
}

await runScript(async (lifetime) => {
  const began = Date.now()
  const { values } = parseArgs({ options: { state: { type: 'string' } } })
  const state = values.state ?? defaultState('start', process.env)
  line('Millrace is starting.')
  const port = await choosePort()
  const services = await resolveServices({ state, keepData: true, name: 'start', onProgress: progressLine })
  const keys = projectKeys(state, process.env)
  const env = {
    LOG_LEVEL: process.env['LOG_LEVEL'] || 'warn',
    SESSION_TIMEOUT_MS: process.env['SESSION_TIMEOUT_MS'] || SESSION_TIMEOUT_MS,
  }
  const launch = () => launchMillrace(services, port, { keys, env, output: 'inherit' })
  const { base, process: engine } = await launch()
  let [ready, over, stopping] = [false, false, false]
  const ended = supervise(engine, {
    name: 'Millrace',
    start: async () => (await launch()).process,
    mayRestart: () => ready && !stopping,
  }).finally(() => {
    over = true
  })
  const stop: typeof services.stop = (how) => {
    stopping = true
    return services.stop(how)
  }
  const lived = lifetime.liveUntil(stop, [ended, services.lost])
  const isReady = (): Promise<boolean> => httpAnswers(`${base}/ready`)
  if (await eventually(isReady, READY_WITHIN_MS, () => over)) {
    ready = true
    progressLine({ service: 'millrace', what: 'is ready', elapsedMs: Date.now() - began })
    line(welcome(base, keys, services.env))
  } else if (!over) line(`Millrace is not ready after ${seconds(READY_WITHIN_MS)}; ${base}/ready says why.`)
  return lived
})
