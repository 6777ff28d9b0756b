import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import avsc from 'avsc'
import type { OwnSchema } from '../../schemas/avroTypes.js'
import { createRegistryClient } from '../../schemas/registryClient.js'
import { MillraceError } from '../../src/errors.js'

const URL = process.env['SCHEMA_REGISTRY_URL'] ?? ''
const AT_ONCE = 8

function schemaOf(subject: string, fields: readonly object[]): OwnSchema {
  const text = JSON.stringify({ type: 'record', namespace: 'test', name: 'Thing', fields })
  return { type: avsc.Type.forSchema(JSON.parse(text)), text, subject }
}

describe('registering a schema', () => {
  const newSubject = () => `test.${randomUUID()}`

  it('gives every process of a fresh system the same id, all starting at once', async () => {
    for (let round = 0; round < 5; round++) {
      const schema = schemaOf(newSubject(), [{ name: 'a', type: 'string' }])
      const clients = Array.from({ length: AT_ONCE }, () => createRegistryClient(URL))
      const ids = await Promise.all(clients.map((client) => client.idOf(schema)))
      assert.equal(new Set(ids).size, 1)
    }
  })

  it('is refused for good where older readers could not follow', async () => {
    const subject = newSubject()
    const client = createRegistryClient(URL)
    await client.idOf(schemaOf(subject, [{ name: 'a', type: 'string' }]))
    const other = schemaOf(subject, [{ name: 'b', type: 'string' }])
    await assert.rejects(
      client.idOf(other),
      (error) => error instanceof MillraceError && error.code === 'CONFIG_INVALID',
    )
  })
})
