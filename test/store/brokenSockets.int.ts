import assert from 'node:assert/strict'
import { Socket } from 'node:net'
import { MillraceError } from '../../src/errors.js'
import { withAwayErrors } from '../../src/store/mongo/awayErrors.js'
import { type Connection, connectMongo } from '../../src/store/mongo/connect.js'
import { openDatabase, type TestDatabase } from '../support/database.js'

const LIMIT_MS = 1_500

describe('a socket to MongoDB that breaks while it is written to', () => {
  let database: TestDatabase
  let connection: Connection
  const { write } = Socket.prototype
  before(async () => {
    database = await openDatabase()
    connection = await connectMongo({ uri: database.uri, waitMs: 5_000 })
  })
  afterEach(() => {
    Socket.prototype.write = write
  })
  after(async () => {
    await connection.close()
    await database.drop()
  })

  const store = () =>
    withAwayErrors(
      { count: (text: string) => connection.db.collection(text).countDocuments({ marked: text }) },
      LIMIT_MS,
    )
  /** What the operating system does to the sockets of a server that is killed, at the moment of a write. */
  const breaking = (text: string, harm: (socket: Socket) => void) => {
    Socket.prototype.write = function (this: Socket, ...args: unknown[]) {
      const [bytes] = args
      if (bytes instanceof Uint8Array && Buffer.from(bytes).includes(text)) harm(this)
      return Reflect.apply(write, this, args)
    } as typeof write
  }
  const isAway = (error: unknown) => error instanceof MillraceError && error.code === 'DATABASE_AWAY'

  for (const [what, harm] of [
    ['is destroyed', (socket) => socket.destroy()],
    ['is ended by the other side', (socket) => socket.end()],
  ] as readonly (readonly [string, (socket: Socket) => void])[]) {
    it(`is a database that is away where it ${what}, and the next call is answered`, async () => {
      const text = `broken${what.length}`
      breaking(text, harm)
      const beganMs = performance.now()
      await assert.rejects(store().count(text), isAway)
      assert.ok(performance.now() - beganMs < LIMIT_MS + 5_000)
      Socket.prototype.write = write
      assert.equal(await store().count(text), 0)
    })
  }
})
