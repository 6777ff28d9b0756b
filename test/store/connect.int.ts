import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { connectMongo, isDatabaseAway } from '../../src/store/mongo/connect.js'
import { openDatabase, type TestDatabase } from '../support/database.js'

describe('the connection to MongoDB', () => {
  let database: TestDatabase
  before(async () => {
    database = await openDatabase()
  })
  after(() => database.drop())

  it('writes to the majority with journal, in the database of the address', async () => {
    const { db, close } = await connectMongo({ uri: database.uri, waitMs: 5_000 })
    await db.collection('things').insertOne({ x: 1 })
    assert.equal(db.databaseName, database.db.databaseName)
    assert.deepEqual([db.writeConcern?.w, db.writeConcern?.journal], ['majority', true])
    assert.equal(await database.db.collection('things').countDocuments(), 1)
    await close()
    const closed = await db
      .collection('things')
      .findOne()
      .catch((error: unknown) => error)
    assert.ok(isDatabaseAway(closed))
  })

  it('takes a database of its own where the address names none', async () => {
    const bare = new URL(database.uri)
    for (const path of ['', '/']) {
      bare.pathname = path
      const { db, close } = await connectMongo({ uri: bare.toString(), waitMs: 5_000 })
      assert.equal(db.databaseName, 'millrace')
      await close()
    }
  })

  it('waits for a bounded time and names the address without its password', async () => {
    const startedMs = performance.now()
    const uri = 'mongodb://user:secret@127.0.0.1:1/millrace?directConnection=true'
    await assert.rejects(connectMongo({ uri, waitMs: 300 }), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'UNREACHABLE')
      assert.match(error.message, /^MongoDB at 127\.0\.0\.1:1\/millrace cannot be reached: /)
      assert.doesNotMatch(error.message, /secret/)
      return true
    })
    assert.ok(performance.now() - startedMs < 3_000)
  })

  it('is not fooled by what listens and says nothing', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1')
    await new Promise((resolve) => silent.once('listening', resolve))
    const { port } = silent.address() as AddressInfo
    await assert.rejects(connectMongo({ uri: `mongodb://127.0.0.1:${port}/x`, waitMs: 300 }), {
      code: 'UNREACHABLE',
    })
    silent.close()
  })

  it('knows which errors pass', () => {
    assert.equal(isDatabaseAway(new Error('x')), false)
    assert.equal(isDatabaseAway('x'), false)
  })
})
