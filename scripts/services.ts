/** `npm run services`: Kafka, MongoDB and the schema registry without the engine, until Ctrl-C. */
import { parseArgs } from 'node:util'
import { runScript } from './lifetime.js'
import { resolveServices } from './services/resolve.js'
import { defaultState } from './services/stateFolder.js'
import { exportsOf, line, progressLine } from './terminal.js'

await runScript(async (lifetime) => {
  const { values } = parseArgs({ options: { state: { type: 'string' } } })
  const services = await resolveServices({
    state: values.state ?? defaultState('services', process.env),
    keepData: true,
    name: 'services',
    onProgress: progressLine,
  })
  line()
  for (const text of exportsOf(services.env)) line(text)
  line()
  line('The services run until Ctrl-C.')
  return lifetime.liveUntil(services.stop, [services.lost])
})
