import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import { mongo } from 'mongoose'
import type { HeldProcess } from './keeperClient.js'
import { tail } from './processes.js'

const TRY_EVERY_MS = 150

/** Tries `probe` until it holds; false when the time or the hope is over. A probe that throws has not held. */
export async function eventually(
  probe: () => Promise<boolean>,
  withinMs: number,
  hopeless: () => boolean = () => false,
): Promise<boolean> {
  const deadline = Date.now() + withinMs
  do {
    if (await probe().catch(() => false)) return true
    await pause(TRY_EVERY_MS)
  } while (Date.now() < deadline && !hopeless())
  return false
}

export function tcpAnswers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1000 })
    const end = (answered: boolean) => (): void => {
      socket.destroy()
      resolve(answered)
    }
    socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false))
  })
}

/** True once the broker answers a metadata request and knows its controller. */
export async function kafkaAnswers(broker: string): Promise<boolean> {
  const kafka = new Kafka({
    brokers: [broker],
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
    connectionTimeout: 2000,
  })
  const admin = kafka.admin()
  try {
    await admin.connect()
    return (await admin.describeCluster()).brokers.length > 0
  } finally {
    await admin.disconnect()
  }
}

/** True once a writable primary answers. */
export async function mongoAnswers(uri: string): Promise<boolean> {
  const client = new mongo.MongoClient(uri, { serverSelectionTimeoutMS: 2000 })
  try {
    return (await client.db('admin').command({ hello: 1 }))['isWritablePrimary'] === true
  } finally {
    await client.close()
  }
}

export async function httpAnswers(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2000) })
  await response.body?.cancel()
  return response.ok
}

export interface Awaited {
  readonly name: string
  readonly child: HeldProcess
  readonly log: string
  readonly withinMs: number
  readonly probe: () => Promise<boolean>
}

/** Waits until a process of ours answers; its early end or the end of patience becomes a readable error. */
export async function untilUp({ name, child, log, withinMs, probe }: Awaited): Promise<void> {
  let ended = false
  void child.exited.then(() => {
    ended = true
  })
  if (await eventually(probe, withinMs, () => ended)) return
  const what = ended ? 'ended while starting' : `did not answer within ${withinMs / 1000} s`
  throw new Error(`${name} ${what}. The end of ${log}:\n${tail(readFileSync(log, 'utf8'))}`)
}
