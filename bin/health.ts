/**
 * For a container's health check: asks the address given, exit 0 when it answers 200, else 1 with the reason.
 * It runs every few seconds beside the work: hence nothing but Node itself, and no look at the configuration.
 */
import { get } from 'node:http'

const ANSWER_LIMIT_MS = 8_000

function end(code: number, reason: string): void {
  if (code !== 0) process.stderr.write(`${reason}\n`)
  process.exitCode = code
}

const url = process.argv[2] ?? 'http://127.0.0.1:9464/ready'
get(url, { timeout: ANSWER_LIMIT_MS, agent: false }, (response) => {
  let text = ''
  response.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  const { statusCode = 0 } = response
  response.on('end', () => end(statusCode === 200 ? 0 : 1, `${url} answers ${statusCode}: ${text}`))
})
  .on('timeout', function (this: { destroy(error: Error): void }) {
    this.destroy(new Error(`${url} does not answer within ${ANSWER_LIMIT_MS} ms`))
  })
  .on('error', (error) => end(1, error.message))
