/** `npm run services`: Kafka, MongoDB and the schema registry without the engine, until Ctrl-C. */
import { parseArgs } from 'node:util'
import { resolveServices } from './services/resolve.js'
import { defaultState } from './services/stateFolder.js'
import { untilStopped } from './stopSignals.js'
import { complain, line, progressLine, sentence } from './terminal.js'

const { values } = parseArgs({ options: { state: { type: 'string' } } })

try {
  const services = await resolveServices({
    state: values.state ?? defaultState('services', process.env),
    keepData: true,
    name: 'services',
    onProgress: progressLine,
  })
  line()
  for (const [name, value] of Object.entries(services.env)) line(`export ${name}='${value}'`)
  line()
  line('The services run until Ctrl-C.')
  await untilStopped((how) => services.stop(how))
} catch (error) {
  complain(sentence(error))
  process.exitCode = 1
}
