import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import avsc from 'avsc'
import { OWN_SCHEMAS } from '../../schemas/avroTypes.js'
import { createCodec } from '../../schemas/registry.js'
import { createRegistryClient } from '../../schemas/registryClient.js'
import { isRetriable, MillraceError } from '../../src/errors.js'
import { startProxy } from '../support/proxy.js'

const REGISTRY = process.env['SCHEMA_REGISTRY_URL'] ?? ''

describe('a schema registry that is away', () => {
  it('at the start: is waited for as long as it was told, then named in a sentence', async () => {
    const began = performance.now()
    const away = createCodec({ registryUrl: 'http://user:secret@127.0.0.1:9/apis', patienceMs: 1_000 })
    await assert.rejects(away, (error) => {
      assert.ok(error instanceof MillraceError && error.code === 'UNREACHABLE')
      assert.match(error.message, /The schema registry at http:\/\/127\.0\.0\.1:9\/apis does not answer/)
      assert.doesNotMatch(error.message, /secret/)
      return true
    })
    assert.ok(performance.now() - began < 20_000)
  })

  it('later: what is known is written and read; what is not is asked for again', async () => {
    const { hostname, port, pathname } = new URL(REGISTRY)
    const proxy = await startProxy(hostname, Number(port))
    const codec = await createCodec({ registryUrl: `http://127.0.0.1:${proxy.port}${pathname}` })
    const id = '00000000-0000-8000-8000-000000000001' as never
    const timer = { v: 1, executionId: id, seq: 1, dueAt: new Date(0) } as const
    const [known] = [codec.encode('timer', timer)]
    assert.deepEqual(await codec.decodeAll('timer', [known]), [{ ok: true, value: timer }])
    const schema = JSON.parse(OWN_SCHEMAS.timer.text) as avsc.schema.RecordType
    const text = JSON.stringify({ ...schema, doc: randomUUID() })
    const type = avsc.Type.forSchema(JSON.parse(text) as avsc.schema.AvroSchema)
    const other = await createRegistryClient(REGISTRY).idOf({ text, subject: `away.${randomUUID()}`, type })
    const unknown = Buffer.from(known)
    unknown.writeInt32BE(other, 1)
    await proxy.close()
    assert.deepEqual(await codec.decodeAll('timer', [codec.encode('timer', timer)]), [
      { ok: true, value: timer },
    ])
    await assert.rejects(codec.decodeAll('timer', [known, unknown]), isRetriable)
  })
})
