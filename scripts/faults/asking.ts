import { setTimeout as pause } from 'node:timers/promises'
import type { Ring } from './arena.js'
import type { Counts } from './counts.js'

const EVERY_MS = 500
/** No request is left without an answer for longer than 30 s; the machine may be busy. */
const WITHIN_MS = 32_000

interface Answer {
  readonly status: number
  /** Right, or a refusal that says to come again. */
  readonly isGood: boolean
  readonly ms: number
}

/**
 * Asks the API all the time, as its clients do: for a list, which MongoDB must answer, and to take an event, which
 * Kafka must take. Everything is answered in time: with success, or with 503 and when to ask again.
 */
export function keepAsking(ring: Ring): () => Promise<Partial<Counts>> {
  const asked: Promise<Answer>[] = []
  let stopped = false
  const asking = (async () => {
    for (let n = 0; !stopped; n++) {
      const body = JSON.stringify({
        event: 'fault_asked',
        email: `asked-${n}@example.com`,
        eventId: `asked-${n}`,
      })
      asked.push(ask(ring, 'GET', '/workflows'), ask(ring, 'POST', '/v1/track', body))
      await pause(EVERY_MS)
    }
  })()
  return async () => {
    stopped = true
    await asking
    const answers = await Promise.all(asked)
    return {
      odd: answers.filter(({ isGood }) => !isGood).length,
      more: {
        answers: answers.length,
        'of them 503': answers.filter(({ status }) => status === 503).length,
        'ms at most': Math.round(Math.max(...answers.map(({ ms }) => ms))),
      },
    }
  }
}

async function ask({ base, secretKey }: Ring, method: string, path: string, body?: string): Promise<Answer> {
  const began = performance.now()
  const headers = { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' }
  try {
    const signal = AbortSignal.timeout(WITHIN_MS)
    const response = await fetch(`${base}${path}`, { method, headers, signal, ...(body ? { body } : {}) })
    const text = await response.text()
    return { status: response.status, isGood: isGood(response, text), ms: performance.now() - began }
  } catch {
    return { status: 0, isGood: false, ms: performance.now() - began }
  }
}

function isGood({ status, headers }: Response, text: string): boolean {
  if (status === 200) return true
  return status === 503 && headers.has('retry-after') && text.includes('"SERVICE_UNAVAILABLE"')
}
