import mongoose from 'mongoose'
import { MillraceError, messageOf } from '../../errors.js'
import type { Db } from './driver.js'

export interface Connection {
  readonly db: Db
  close(): Promise<void>
}

export interface ConnectOptions {
  readonly uri: string
  /** How long a first answer, and later any lost server, is waited for. */
  readonly waitMs: number
  readonly appName?: string
}

/**
 * Connects to a replica set (or a sharded cluster): transactions and majority writes need one. Every write is
 * acknowledged by the majority's journals, every read comes from the primary.
 */
export async function connectMongo({
  uri,
  waitMs,
  appName = 'millrace',
}: ConnectOptions): Promise<Connection> {
  const connection = await open(uri, waitMs, appName)
  const { db } = connection
  if (db === undefined) throw unreachable(uri, 'it names no database')
  const hello = await db.admin().command({ hello: 1 })
  if (hello['setName'] === undefined && hello['msg'] !== 'isdbgrid') {
    await connection.close()
    throw new MillraceError(
      'CONFIG_INVALID',
      `MongoDB at ${addressOf(uri)} is not a replica set. Start it with --replSet and initiate it; one member is enough.`,
    )
  }
  return { db, close: () => connection.close() }
}

async function open(uri: string, waitMs: number, appName: string): Promise<mongoose.Connection> {
  try {
    return await mongoose
      .createConnection(uri, {
        appName,
        ...(namesDatabase(uri) ? {} : { dbName: 'millrace' }),
        serverSelectionTimeoutMS: waitMs,
        connectTimeoutMS: waitMs,
        socketTimeoutMS: SOCKET_TIMEOUT_MS,
        writeConcern: { w: 'majority', journal: true },
        readPreference: 'primary',
        retryWrites: true,
        retryReads: true,
        ignoreUndefined: false,
        autoIndex: false,
        autoCreate: false,
      })
      .asPromise()
  } catch (error) {
    throw unreachable(uri, messageOf(error), error)
  }
}

/** Is there a database behind the hosts? */
function namesDatabase(uri: string): boolean {
  return /^[a-z+]+:\/\/[^/]+\/[^/?]+/.test(uri)
}

/** A server that accepts and then says nothing is given up after this. */
const SOCKET_TIMEOUT_MS = 60_000

function unreachable(uri: string, why: string, cause?: unknown): MillraceError {
  const message = `MongoDB at ${addressOf(uri)} cannot be reached: ${why}`
  return new MillraceError('UNREACHABLE', message, cause === undefined ? {} : { cause })
}

/** Hosts and database of the address; never its user and password. */
function addressOf(uri: string): string {
  const [, rest = uri] = uri.split('://')
  return (rest.split('@').at(-1) ?? rest).split('?')[0] ?? rest
}

const AWAY: ReadonlySet<string> = new Set([
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoServerSelectionError',
  'MongoNotConnectedError',
  'MongoTopologyClosedError',
  'MongoPoolClearedError',
  'MongoPoolClosedError',
  'MongoWaitQueueTimeoutError',
  'MongoOperationTimeoutError',
  'MongooseServerSelectionError',
])

/** Is this error the network's, an election's or a time-out's? Then the same call may succeed later. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (AWAY.has(error.name) || SOCKET.has(String('code' in error && error.code))) return true
  return error instanceof mongoose.mongo.MongoError && TRANSIENT.some((label) => error.hasErrorLabel(label))
}

/** The driver hands on as they are the errors of a socket that ends while it writes. */
const SOCKET: ReadonlySet<string> = new Set([
  ...['EPIPE', 'ECONNRESET', 'ETIMEDOUT'],
  ...['ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END'],
])

const TRANSIENT = [
  'RetryableWriteError',
  'TransientTransactionError',
  'UnknownTransactionCommitResult',
] as const
