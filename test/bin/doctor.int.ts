import assert from 'node:assert/strict'
import type { Finding } from '../../bin/doctor/findings.js'
import { commandLine, settingsOf } from '../support/commandLine.js'
import { type EngineWorld, openEngineWorld, until } from '../support/engineWorld.js'

interface Told {
  readonly code: number
  readonly findings: readonly Finding[]
}

async function ask(env: Readonly<Record<string, string>>): Promise<Told> {
  const { code, out } = await commandLine(env)('doctor', '--json')
  return { code, findings: (JSON.parse(out) as { findings: Finding[] }).findings }
}

const problemsOf = ({ findings }: Told) => findings.filter(({ state }) => state === 'problem')

describe('millrace doctor', function () {
  this.timeout(120_000)
  let world: EngineWorld
  let env: Record<string, string>
  before(async () => {
    world = await openEngineWorld()
    env = { ...settingsOf(world), CONNECT_TIMEOUT_MS: '2000' }
  })
  after(() => world.close())

  it('says that nobody reads the input where no engine runs', async () => {
    const told = await ask(env)
    assert.equal(told.code, 1)
    assert.deepEqual(
      problemsOf(told).map(({ found }) => found),
      ['nobody reads partition 0, 1, 2 of the input'],
    )
  })

  it('finds nothing wrong with a service that runs', async () => {
    await world.startEngine()
    await until('every partition of the input was passed', async () => {
      return (await world.connections.stores.progress.read(world.inputTopic)).size === 3
    })
    const told = await ask(env)
    assert.deepEqual(problemsOf(told), [])
    assert.equal(told.code, 0)
    const checks = new Set(told.findings.map(({ check }) => check))
    for (const check of [
      'MongoDB',
      'Kafka',
      'topics',
      'indexes',
      'lag',
      'clocks',
      'progress',
      'schema registry',
    ])
      assert.ok(checks.has(check), check)
    assert.match((await commandLine(env)('doctor')).out, /topics as declared/)
  })

  it('names an index that is gone or has another time, and topics that are not as declared', async () => {
    await world.database.db.collection('executions').dropIndex('due')
    const { kafka, topology } = world.connections
    const admin = kafka.admin()
    await admin.connect()
    const resource = { type: 2, name: topology.timers.name }
    const configEntries = [
      { name: 'message.timestamp.type', value: 'CreateTime' },
      { name: 'retention.ms', value: '60000' },
    ]
    await admin.alterConfigs({ validateOnly: false, resources: [{ ...resource, configEntries }] })
    await admin.createPartitions({ topicPartitions: [{ topic: topology.executions.name, count: 5 }] })
    await admin.disconnect()
    const told = await ask({ ...env, EVENT_RETENTION_DAYS: '401' })
    const words = told.findings.filter(({ state }) => state !== 'ok').map(({ found }) => found)
    const says = (word: RegExp) =>
      assert.ok(
        words.some((one) => word.test(one)),
        `${word} in ${words.join('; ')}`,
      )
    says(/executions lacks dueAt\+keyHash/)
    says(/events lacks recordedAt/)
    says(/timers has message.timestamp.type=CreateTime/)
    says(/timers has retention.ms=60000, less than/)
    says(/executions has 5 partitions, not 3/)
    for (const { state, advice } of told.findings) assert.equal(advice === '', state === 'ok')
    assert.equal(told.code, 1)
  })

  it('says what cannot be reached, and looks at the rest', async () => {
    const nothing = '127.0.0.1:9'
    const told = await ask({
      ...env,
      KAFKA_BROKERS: nothing,
      SCHEMA_REGISTRY_URL: `http://${nothing}/`,
      SMTP_URL: `smtp://${nothing}`,
    })
    const checks = problemsOf(told).map(({ check }) => check)
    for (const check of ['Kafka', 'schema registry', 'mail server']) assert.ok(checks.includes(check), check)
    assert.ok(told.findings.some(({ check, state }) => check === 'MongoDB' && state === 'ok'))
    const away = await ask({ ...env, MONGODB_URI: `mongodb://${nothing}/x?replicaSet=rs0` })
    assert.deepEqual(problemsOf(away).filter(({ check }) => check === 'MongoDB').length, 1)
    assert.equal(away.code, 1)
  })

  it('names topics that are missing', async () => {
    const told = await ask({ ...env, TOPIC_PREFIX: 'nobody-made-these.' })
    assert.ok(problemsOf(told).some(({ found }) => /^missing: nobody-made-these.contact-events/.test(found)))
  })
})
