/** For a container's health check: exit 0 when the process in this container is ready, 1 with the reason else. */
import { readConfig } from '../src/config.js'
import { messageOf } from '../src/errors.js'

const ANSWER_LIMIT_MS = 8_000

async function ask(): Promise<void> {
  const { METRICS_PORT, PORT } = readConfig()
  const url = `http://127.0.0.1:${METRICS_PORT ?? PORT}/ready`
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) })
  const text = await response.text()
  if (!response.ok) throw new Error(`${url} answers ${response.status}: ${text}`)
}

ask().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`)
  process.exitCode = 1
})
