/** The load of `npm run bench -- ingest`, in a process of its own: connections that send as fast as they are answered. */
import { parseArgs } from 'node:util'
import { Client } from 'undici'
import { percentile } from './percentile.js'

const { values } = parseArgs({
  options: {
    base: { type: 'string', default: '' },
    key: { type: 'string', default: '' },
    path: { type: 'string', default: '/v1/track' },
    connections: { type: 'string', default: '50' },
    events: { type: 'string', default: '1' },
    contacts: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '5' },
  },
})

/** What one run came to; times in ms. */
export interface LoadFigures {
  readonly requests: number
  readonly refused: number
  readonly seconds: number
  readonly p50: number
  readonly p99: number
  readonly max: number
}

const [connections, events, contacts] = [values.connections, values.events, values.contacts].map(Number) as [
  number,
  number,
  number,
]
const bodies = Array.from({ length: Math.ceil(contacts / events) }, (_, n) => bodyOf(n * events))
const headers = { 'content-type': 'application/json', authorization: `Bearer ${values.key}` }

function bodyOf(first: number): string {
  const data = (n: number) => ({ plan: n % 2 === 0 ? 'free' : 'pro', n })
  const email = (n: number) => `contact-${n % contacts}@example.com`
  if (values.path === '/v1/track')
    return JSON.stringify({ event: 'signed_up', email: email(first), data: data(first) })
  const list = Array.from({ length: events }, (_, at) => first + at)
  return JSON.stringify(list.map((n) => ({ name: 'signed_up', email: email(n), data: data(n) })))
}

const took: number[] = []
let refused = 0
let next = 0

async function connection(untilMs: number): Promise<void> {
  const client = new Client(values.base)
  while (performance.now() < untilMs) {
    const body = bodies[next++ % bodies.length] ?? ''
    const sentMs = performance.now()
    const answer = await client.request({ method: 'POST', path: values.path, headers, body })
    await answer.body.dump()
    took.push(performance.now() - sentMs)
    if (answer.statusCode >= 300) refused += 1
  }
  await client.close()
}

const began = performance.now()
await Promise.all(
  Array.from({ length: connections }, () => connection(began + Number(values.seconds) * 1000)),
)
const seconds = (performance.now() - began) / 1000
took.sort((a, b) => a - b)
const [p50 = 0, p99 = 0, max = 0] = [0.5, 0.99, 1].map((share) => percentile(took, share))
const figures: LoadFigures = { requests: took.length, refused, seconds, p50, p99, max }
process.stdout.write(`${JSON.stringify(figures)}\n`)
