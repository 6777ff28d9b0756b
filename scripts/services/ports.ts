import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/** Below the range from which systems hand out ports to outgoing connections (32768 and up). */
const LOWEST = 20_000
const HIGHEST = 32_000
const TRIES = 100

export function isFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

/** The preferred port if it is free, else a random free one; never one of `taken`. */
export async function freePort(preferred?: number, taken: readonly number[] = []): Promise<number> {
  const candidates = preferred === undefined ? [] : [preferred]
  for (let n = 0; n < TRIES; n++) candidates.push(randomInt(LOWEST, HIGHEST))
  for (const port of candidates) if (!taken.includes(port) && (await isFree(port))) return port
  throw new Error(`No free port found on 127.0.0.1 between ${LOWEST} and ${HIGHEST}.`)
}

/** The first free port from `from` upwards, on every interface. */
export async function nextFreePort(from: number): Promise<number> {
  for (let port = from; port < from + TRIES && port <= 65_535; port++) {
    if ((await isFree(port, '127.0.0.1')) && (await isFree(port, '0.0.0.0'))) return port
  }
  throw new Error(`No free port found from ${from} upwards: name one with PORT.`)
}

/** `count` different free ports, the preferred ones where they are free. */
export async function freePorts(count: number, preferred: readonly number[] = []): Promise<number[]> {
  const ports: number[] = []
  for (let n = 0; n < count; n++) ports.push(await freePort(preferred[n], ports))
  return ports
}
