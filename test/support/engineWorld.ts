import { randomUUID } from 'node:crypto'
import { createPublisher, type OutsideEvent, type Publisher } from '../../scripts/demo/publisher.js'
import { type Config, readConfig } from '../../src/config.js'
import { type Connections, openConnections } from '../../src/connections.js'
import { checkTemplate } from '../../src/effects/liquid.js'
import { importWorkflow } from '../../src/engine/edit/importWorkflow.js'
import { type EngineRole, startEngineRole } from '../../src/engineRole.js'
import { type Announcer, createAnnouncer, type EngineEvents } from '../../src/events.js'
import type { Execution } from '../../src/workflow/execution.js'
import type { ProjectId } from '../../src/workflow/ids.js'
import type { JsonObject } from '../../src/workflow/json.js'
import type { StepKind } from '../../src/workflow/step.js'
import type { Workflow } from '../../src/workflow/workflow.js'
import { openDatabase, type TestDatabase } from './database.js'

/** A workflow in short: `[key, type, config]` and `[from, to, condition?]`; `trigger` is the TRIGGER. */
export interface Plan {
  readonly eventName: string
  readonly rule?: JsonObject
  readonly allowReentry?: boolean
  readonly steps: readonly (readonly [string, StepKind, JsonObject])[]
  readonly arrows: readonly (readonly [string, string, JsonObject?])[]
}

/** The engine in this process on real services: a database and topics of its own. */
export interface EngineWorld {
  readonly config: Config
  readonly connections: Connections
  readonly database: TestDatabase
  readonly projectId: ProjectId
  readonly announced: EngineEvents['failure'][]
  readonly announcer: Announcer
  readonly inputTopic: string
  startEngine(): Promise<EngineRole>
  given(plan: Plan): Promise<Workflow>
  publish(events: readonly (Partial<OutsideEvent> & { name: string; email: string })[]): Promise<void>
  executions(workflow: Workflow): Promise<Execution[]>
  close(): Promise<void>
}

export async function openEngineWorld(env: Readonly<Record<string, string>> = {}): Promise<EngineWorld> {
  const database = await openDatabase()
  const prefix = `t${randomUUID().slice(0, 8)}.`
  const config = readConfig({
    ...process.env,
    MONGODB_URI: database.uri,
    TOPIC_PREFIX: prefix,
    PARTITIONS: '3',
    ...env,
  })
  const announcer = createAnnouncer()
  const announced: EngineEvents['failure'][] = []
  announcer.on('failure', (failure) => announced.push(failure))
  const connections = await openConnections(config, announcer)
  const { id: projectId } = await connections.stores.projects.create('test', new Date())
  const inputTopic = connections.topology.contactEvents.name
  const publisher: Publisher = await createPublisher(config.KAFKA_BROKERS.join(','), inputTopic)
  const engines: EngineRole[] = []
  return {
    config,
    connections,
    database,
    projectId,
    announced,
    announcer,
    inputTopic,
    startEngine: async () => {
      const engine = await startEngineRole(config, connections, announcer, (reason) =>
        announced.push({ where: 'crash', error: reason }),
      )
      engines.push(engine)
      return engine
    },
    given: (plan) => makeWorkflow(connections, projectId, plan),
    publish: (events) =>
      publisher.publish(events.map((event) => ({ eventId: randomUUID(), projectId, data: {}, ...event }))),
    executions: async (workflow) => {
      const documents = await database.db
        .collection('executions')
        .find({}, { projection: { _id: 1 } })
        .toArray()
      const ids = documents.map(({ _id }) => _id.toString() as Execution['id'])
      const all = await connections.stores.executions.read(ids)
      return all.filter(({ workflowId }) => workflowId === workflow.id)
    },
    close: async () => {
      await Promise.all(engines.map((engine) => engine.stop()))
      await publisher.close()
      await deleteTopics(connections)
      await connections.close()
      await database.drop()
    },
  }
}

async function makeWorkflow(
  { stores, clock }: Connections,
  projectId: ProjectId,
  plan: Plan,
): Promise<Workflow> {
  const { eventName, rule, allowReentry = false } = plan
  const document = {
    name: eventName,
    description: null,
    allowReentry,
    triggerType: 'EVENT',
    triggerConfig: rule === undefined ? { eventName } : { eventName, rule },
    steps: plan.steps.map(([key, type, config]) => ({
      key,
      type,
      name: key,
      position: { x: 0, y: 0 },
      config,
      templateId: null,
    })),
    transitions: plan.arrows.map(([from, to, condition = null], priority) => ({
      from,
      to,
      condition,
      priority,
    })),
  } as const
  const made = importWorkflow(projectId, document, { now: clock.now(), newId: randomUUID, checkTemplate })
  if (!made.ok) throw new Error(`the test's workflow is wrong: ${JSON.stringify(made)}`)
  const workflow = { ...made.workflow, enabled: true, enabledAt: clock.now() }
  await stores.workflows.insert(projectId, workflow)
  return workflow
}

async function deleteTopics({ kafka, topology }: Connections): Promise<void> {
  const admin = kafka.admin()
  await admin.connect()
  await admin.deleteTopics({ topics: topology.all.map(({ name }) => name) })
  await admin.disconnect()
}

/** Looks until `fact` holds; a test's only way to wait. */
export async function until(
  what: string,
  fact: () => Promise<boolean> | boolean,
  withinMs = 60_000,
): Promise<void> {
  const deadline = Date.now() + withinMs
  while (!(await fact())) {
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
