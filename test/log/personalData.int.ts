import assert from 'node:assert/strict'
import { Kafka, logLevel } from 'kafkajs'
import { createLogger, logAnnouncements } from '../../src/log.js'
import { isEnded } from '../../src/workflow/execution.js'
import { type EngineWorld, openEngineWorld, until } from '../support/engineWorld.js'

const EMAIL = 'grace.hopper@example.net'
const SECRET = 'blood-type-0-negative'

describe('a run with every kind of trouble, logged at its loudest', function () {
  this.timeout(90_000)
  let world: EngineWorld
  const lines: string[] = []
  before(async () => {
    world = await openEngineWorld({ RETRY_BASE_MS: '50' })
    logAnnouncements(world.announcer, createLogger('trace', { write: (line) => lines.push(line) }))
    await world.startEngine()
  })
  after(() => world.close())

  const has = (word: string) => lines.some((line) => line.includes(word))

  it('tells what happened, by ids, and nothing of the person', async () => {
    const workflow = await world.given({
      eventName: 'signed_up',
      rule: { '==': [{ var: 'event.note' }, SECRET] },
      steps: [
        ['mark', 'UPDATE_CONTACT', { data: { note: '{{ event.note }}' } }],
        ['call', 'WEBHOOK', { url: 'http://127.0.0.1:9/{{ event.note }}', retries: 0, onFailure: 'fail' }],
      ],
      arrows: [
        ['trigger', 'mark'],
        ['mark', 'call'],
      ],
    })
    await world.publish([{ name: 'signed_up', email: EMAIL, data: { note: SECRET } }])
    const brokers = (process.env['KAFKA_BROKERS'] ?? '').split(',')
    const producer = new Kafka({ clientId: 'outside', brokers, logLevel: logLevel.NOTHING }).producer()
    await producer.connect()
    const broken = [
      `{ "name": "${SECRET}", "email": "${EMAIL}"`,
      JSON.stringify({ projectId: world.projectId, name: 'x', email: `not ${EMAIL} at all ${SECRET}` }),
      JSON.stringify({ projectId: SECRET, name: 'x', email: EMAIL, data: SECRET }),
      JSON.stringify({ projectId: world.projectId, name: { note: SECRET }, email: EMAIL }),
    ]
    await producer.send({ topic: world.inputTopic, messages: broken.map((value) => ({ key: EMAIL, value })) })
    await producer.disconnect()
    const ended = async () => (await world.executions(workflow)).filter(({ state }) => isEnded(state))
    await until('it failed', async () => (await ended()).length === 1)
    await until('all broken ones are parked', () => {
      return lines.filter((line) => line.includes('messages.parked')).length === broken.length
    })
    const [{ id } = { id: '' }] = await ended()
    await until('its failure is told', () => has('executions.failed'))
    assert.ok(has(id) && has(workflow.id))
    assert.ok(has('batch.handled') && has('effect.called'))
    const telling = lines.filter((line) => /grace|hopper|blood|0-negative/i.test(line))
    assert.deepEqual(telling, [])
  })
})
