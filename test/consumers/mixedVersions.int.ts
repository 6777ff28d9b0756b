import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import avsc from 'avsc'
import { OWN_SCHEMAS } from '../../schemas/avroTypes.js'
import { createRegistryClient } from '../../schemas/registryClient.js'
import { compile } from '../../src/engine/compile.js'
import { outputsOf, standingOf } from '../../src/engine/outputs.js'
import { startExecution } from '../../src/engine/start.js'
import type { SchemaName } from '../../src/topology.js'
import { type Execution, isEnded } from '../../src/workflow/execution.js'
import { definitionOf, type Workflow } from '../../src/workflow/workflow.js'
import { type EngineWorld, openEngineWorld, until } from '../support/engineWorld.js'
import { aContact } from '../support/facts.js'
import { createKafkaPublisher, type KafkaPublisher } from '../support/rawPublisher.js'

type Fields = Record<string, unknown>
type Writer = (schema: SchemaName, fields: Fields) => Promise<Buffer>

const ADDED = { name: 'added', type: ['null', 'string'], default: null }
const HAND = { event: null, triggerOrder: null, depth: 0, effects: 'send', lane: 'live' } as const

/** An engine of the version before this one, or behind it, reads and writes the same topics and documents. */
describe('engines of two versions side by side', function () {
  this.timeout(120_000)
  const registry = createRegistryClient(process.env['SCHEMA_REGISTRY_URL'] ?? '')
  let world: EngineWorld
  let raw: KafkaPublisher
  before(async () => {
    world = await openEngineWorld()
    raw = await createKafkaPublisher()
    await world.startEngine()
  })
  after(async () => {
    await raw.close()
    await world.close()
  })

  /** As Avro of a schema like ours, with other fields. */
  const avro =
    (change: (fields: { name: string }[]) => object[]): Writer =>
    async (schema, fields) => {
      const own = JSON.parse(OWN_SCHEMAS[schema].text) as { fields: { name: string }[] }
      const text = JSON.stringify({ ...own, fields: change(own.fields) })
      const type = avsc.Type.forSchema(JSON.parse(text) as avsc.schema.AvroSchema)
      const id = await registry.idOf({ text, subject: `mixed.${randomUUID()}`, type })
      const head = Buffer.alloc(5)
      head.writeInt32BE(id, 1)
      return Buffer.concat([head, type.toBuffer(fields)])
    }
  const iso = (fields: Fields) =>
    Object.fromEntries(
      Object.entries(fields).map(([name, value]) =>
        name.endsWith('At') ? [name, new Date(Number(value)).toISOString()] : [name, value],
      ),
    )
  const writers: readonly (readonly [string, Writer])[] = [
    ['a later version, as Avro', avro((fields) => [...fields, ADDED])],
    ['an earlier version, as Avro', avro((fields) => fields.filter(({ name }) => name !== 'asOf'))],
    [
      'a later version, as JSON',
      async (_schema, fields) => Buffer.from(JSON.stringify({ ...iso(fields), added: { any: ['thing'] } })),
    ],
  ]

  const plan = {
    eventName: 'bought',
    steps: [
      ['pause', 'DELAY', { amount: 0.2, unit: 'seconds' }],
      ['bye', 'EXIT', { reason: 'done' }],
    ],
    arrows: [
      ['trigger', 'pause'],
      ['pause', 'bye'],
    ],
  } as const

  /** Written by the other version, with a field that this one does not know, and without any message. */
  async function givenDocument(workflow: Workflow): Promise<Execution> {
    const definition = definitionOf(workflow)
    const compiled = compile(definition)
    assert.ok(compiled)
    const contact = { ...aContact(), id: randomUUID() as string as Execution['contactId'] }
    const now = world.connections.clock.now()
    const origin = ['manual', randomUUID()] as const
    const made = startExecution({ ...HAND, compiled, contact, origin, context: {}, by: randomUUID(), now })
    await world.connections.stores.definitions.pin([definition])
    await world.connections.stores.executions.insert([made])
    const executions = world.database.db.collection('executions')
    await executions.updateMany({ added: { $exists: false } }, { $set: { added: { by: 'another version' } } })
    return made
  }

  const ended = async (workflow: Workflow) => {
    await until('it has ended', async () => {
      const all = await world.executions(workflow)
      return all.length > 0 && all.every(({ state }) => isEnded(state))
    })
    return world.executions(workflow)
  }

  for (const [which, write] of writers) {
    it(`go on from a step that ${which} announced, and keep what they do not know`, async () => {
      const workflow = await world.given({ ...plan, eventName: `never ${which}` })
      const { steps, timers } = world.connections.topology
      const execution = await givenDocument(workflow)
      const [step] = outputsOf([standingOf(execution)]).steps
      assert.ok(step)
      const { kind, due } = step
      const { enteredAt, ...ids } = due
      const value = await write('stepDue', { ...ids, enteredAt: enteredAt.getTime(), asOf: null })
      await raw.send(steps[kind].name, { key: execution.id, value })
      const timer = { v: 1, executionId: execution.id, seq: 1, dueAt: enteredAt.getTime() }
      await raw.send(timers.name, { key: execution.id, value: await write('timer', timer) })
      const [done] = await ended(workflow)
      assert.deepEqual(
        [done?.state.status, done?.history.map(({ type }) => type)],
        ['COMPLETED', ['TRIGGER', 'DELAY', 'EXIT']],
      )
      const kept = await world.database.db.collection('executions').findOne({ added: { $exists: true } })
      assert.deepEqual(kept?.['added'], { by: 'another version' })
    })

    it(`take events of ${which}`, async () => {
      const workflow = await world.given({ ...plan, eventName: `by ${which}` })
      const email = `${randomUUID()}@example.com`
      const named = { v: 1, eventId: randomUUID(), projectId: world.projectId, name: `by ${which}`, email }
      const isJson = which.endsWith('JSON')
      const avroOnly = { contactId: null, subscribed: null, occurredAt: null, cause: null, data: '{"n":1}' }
      const value = await write('contactEvent', { ...named, ...(isJson ? { data: { n: 1 } } : avroOnly) })
      await raw.send(world.inputTopic, { key: email, value })
      const [done] = await ended(workflow)
      assert.deepEqual([done?.state.status, done?.context], ['COMPLETED', { n: 1 }])
    })
  }

  it('announce no failure, and park nothing', async () => {
    assert.deepEqual(world.announced, [])
    assert.equal(await world.database.db.collection('deadLetters').countDocuments({}), 0)
  })
})
