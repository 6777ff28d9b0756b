import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { compile } from '../../src/engine/compile.js'
import { outputsOf, standingOf } from '../../src/engine/outputs.js'
import { startExecution } from '../../src/engine/start.js'
import type { Contact } from '../../src/workflow/contact.js'
import type { Execution } from '../../src/workflow/execution.js'
import { definitionOf, type Workflow } from '../../src/workflow/workflow.js'
import { type EngineWorld, until } from './engineWorld.js'

const BY_REPLAY = { event: null, triggerOrder: null, depth: 0, lane: 'bulk', context: {} } as const

/** Executions as a replay starts them: the documents, without any message. */
export async function bulkDocuments(
  world: EngineWorld,
  workflow: Workflow,
  count: number,
  effects: Execution['effects'] = 'skip',
): Promise<Execution[]> {
  const definition = definitionOf(workflow)
  const compiled = compile(definition)
  assert.ok(compiled)
  const contact = await someContact(world)
  const now = world.connections.clock.now()
  const made = Array.from({ length: count }, () => {
    const origin = ['replay', 'r', randomUUID()] as const
    const by = randomUUID()
    return startExecution({ ...BY_REPLAY, effects, compiled, contact, origin, by, now })
  })
  await world.connections.stores.definitions.pin([definition])
  await world.connections.stores.executions.insert(made)
  return made
}

const EMAIL = 'bulk@example.com'

/** One for all. */
async function someContact(world: EngineWorld): Promise<Contact> {
  const find = () => world.connections.stores.contactDirectory.findByEmail(world.projectId, EMAIL)
  if ((await find()) === null) await world.publish([{ name: 'came', email: EMAIL }])
  await until('the contact is there', async () => (await find()) !== null)
  const contact = await find()
  assert.ok(contact)
  return contact
}

/** Their first steps go out. */
export async function sendSteps(world: EngineWorld, executions: readonly Execution[]): Promise<void> {
  await world.connections.outbox.send(outputsOf(executions.map(standingOf), { facts: false }))
}
