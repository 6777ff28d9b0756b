import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import avsc from 'avsc'
import { OWN_SCHEMAS } from '../../schemas/avroTypes.js'
import { type Codec, createCodec } from '../../schemas/registry.js'
import { createRegistryClient } from '../../schemas/registryClient.js'
import type { SchemaName } from '../../src/topology.js'

const URL_OF_REGISTRY = process.env['SCHEMA_REGISTRY_URL'] ?? ''
/** The sources' folder: the compiled test stands in `dist/test/schemas`. */
const HISTORY = new URL('../../../schemas/history/', import.meta.url)
const NAMES = Object.keys(OWN_SCHEMAS) as SchemaName[]

interface Released {
  readonly version: number
  readonly text: string
  /** Bytes of this version, and the same value as JSON. */
  readonly sample: { readonly avro: string; readonly json: object }
}

function released(name: SchemaName, version = 1): Released[] {
  const file = (ending: string) => new URL(`${name}/${version}.${ending}`, HISTORY)
  if (!existsSync(file('avsc'))) return []
  const text = JSON.stringify(JSON.parse(readFileSync(file('avsc'), 'utf8')))
  const sample = JSON.parse(readFileSync(file('sample.json'), 'utf8')) as Released['sample']
  return [{ version, text, sample }, ...released(name, version + 1)]
}

const typeOf = (text: string) => avsc.Type.forSchema(JSON.parse(text) as avsc.schema.AvroSchema)

describe('the released versions of every schema', () => {
  const registry = createRegistryClient(URL_OF_REGISTRY)
  let codec: Codec
  before(async () => {
    codec = await createCodec({ registryUrl: URL_OF_REGISTRY })
  })

  for (const name of NAMES) {
    const versions = released(name)

    it(`${name}: the newest of them is the present one`, () => {
      const newest = versions.at(-1)
      const next = (newest?.version ?? 0) + 1
      const where = `schemas/history/${name}/${next}.avsc, with bytes of it in ${next}.sample.json`
      const sentence = `schemas/${name}.avsc has changed since it was released: put the new version into ${where}`
      assert.equal(OWN_SCHEMAS[name].text, newest?.text, sentence)
    })

    it(`${name}: each can be read by every later one, says the registry`, async () => {
      const subject = `history.${randomUUID()}.${name}`
      const texts = [...versions.map(({ text }) => text), OWN_SCHEMAS[name].text]
      for (const text of texts) await registry.idOf({ text, subject, type: typeOf(text) })
    })

    it(`${name}: their bytes are read as what they said`, async () => {
      assert.ok(versions.length > 0)
      for (const { text, sample } of versions) {
        const id = await registry.idOf({ text, subject: `history.${randomUUID()}`, type: typeOf(text) })
        const head = Buffer.alloc(5)
        head.writeInt32BE(id, 1)
        const framed = Buffer.concat([head, Buffer.from(sample.avro, 'base64')])
        const plain = Buffer.from(JSON.stringify(sample.json))
        const [fromAvro, fromJson] = await codec.decodeAll(name, [framed, plain])
        assert.ok(fromAvro?.ok, JSON.stringify(fromAvro))
        assert.deepEqual(fromAvro, fromJson)
      }
    })

    it(`${name}: a change that older bytes do not fit is refused with a sentence`, async () => {
      const subject = `history.${randomUUID()}.${name}`
      const own = OWN_SCHEMAS[name]
      await registry.idOf({ ...own, subject })
      const schema = JSON.parse(own.text) as { fields: object[] }
      const text = JSON.stringify({
        ...schema,
        fields: [...schema.fields, { name: 'added', type: 'string' }],
      })
      const refused = new RegExp(`${subject}: the registry refuses this schema: .+`)
      await assert.rejects(registry.idOf({ text, subject, type: typeOf(text) }), refused)
    })
  }
})
