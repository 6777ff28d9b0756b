// npm install kafkajs @kafkajs/confluent-schema-registry
// node publish.mjs ada@example.com purchased '{"amount": 49.9}'
import { randomUUID } from 'node:crypto'
import process from 'node:process'
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import { Kafka, Partitioners } from 'kafkajs'

const { KAFKA_BROKERS, SCHEMA_REGISTRY_URL, MILLRACE_PROJECT_ID, MILLRACE_TOPIC } = process.env
const [email = '', name = '', data = '{}'] = process.argv.slice(2)

const event = {
  // Yours, if you have one: publishing it again starts nothing twice.
  eventId: randomUUID(),
  projectId: MILLRACE_PROJECT_ID,
  name,
  email,
  // In Avro a JSON text.
  data: JSON.stringify(JSON.parse(data)),
  occurredAt: Date.now(),
}

const registry = new SchemaRegistry({ host: SCHEMA_REGISTRY_URL })
const schemaId = await registry.getLatestSchemaId('millrace.ContactEvent')
const value = await registry.encode(schemaId, event)

const kafka = new Kafka({ clientId: 'my-shop', brokers: KAFKA_BROKERS.split(',') })
const producer = kafka.producer({
  // The murmur2 partitioner, as in Java: a contact's events stay on one partition, whoever publishes them.
  createPartitioner: Partitioners.DefaultPartitioner,
  allowAutoTopicCreation: false,
})
await producer.connect()
await producer.send({
  topic: MILLRACE_TOPIC,
  acks: -1,
  messages: [{ key: email.trim().toLowerCase(), value }],
})
await producer.disconnect()
process.stdout.write(`${event.eventId}\n`)
