import { setTimeout as pause } from 'node:timers/promises'
import { complain, line } from '../terminal.js'
import { makeWorkflow } from '../workflows.js'
import { createPublisher, type OutsideEvent } from './publisher.js'
import type { Stage } from './stage.js'
import { type ExecutionRow, timelineOf, watchUntilEnded } from './watch.js'
import { type DemoContact, demoContacts, welcomeSeries } from './welcome.js'

const WITHIN_MS = 60_000
/** Clicks come when the contacts that wait for one are there. */
const CLICK_AFTER_MS = 2_500

/** Creates the workflow by the API, publishes as any producer would, and checks where every contact ended. */
export async function runWelcome(stage: Stage, count: number): Promise<boolean> {
  const { api, brokers, topic, projectId, sink } = stage
  const workflow = await makeWorkflow(api, welcomeSeries(`http://${sink.address}/sales`))
  const contacts = demoContacts(count)
  const publisher = await createPublisher(brokers, topic)
  const event = (name: string, { email, plan }: DemoContact): OutsideEvent => ({
    eventId: `${name}-${email}`,
    projectId,
    name,
    email,
    data: name === 'signed_up' ? { plan } : {},
  })
  line(`\n  ${count} contacts sign up; where their executions stand:\n`)
  await publisher.publish(contacts.map((contact) => event('signed_up', contact)))
  const clicks = pause(CLICK_AFTER_MS).then(() =>
    publisher.publish(contacts.filter(({ clicks }) => clicks).map((contact) => event('clicked', contact))),
  )
  const rows = await watchUntilEnded(api, workflow.id, count, WITHIN_MS)
  await clicks
  await publisher.close()
  await showTimeline(stage, workflow.id, rows)
  return verdict(contacts, rows, sink.received)
}

async function showTimeline(
  { api }: Stage,
  workflowId: string,
  rows: readonly ExecutionRow[],
): Promise<void> {
  const one = rows.find(({ contact }) => contact?.email === 'contact-2@example.com') ?? rows[0]
  if (one === undefined) return
  line(`\n  The way of ${one.contact?.email ?? one.id}:\n`)
  line(await timelineOf(api, workflowId, one.id))
}

function verdict(
  contacts: readonly DemoContact[],
  rows: readonly ExecutionRow[],
  received: readonly string[],
): boolean {
  const ends = new Map(
    rows.map((row) => [row.contact?.email, row.status === 'COMPLETED' ? row.exitReason : row.status]),
  )
  const wrong = contacts.filter(({ email, ends: must }) => ends.get(email) !== must)
  const calls = contacts.filter(({ ends: must }) => must === 'engaged').length
  for (const { email, ends: must } of wrong)
    complain(`  ${email} should have ended "${must}" and is at "${ends.get(email) ?? 'nothing'}"`)
  line(`\n  ${contacts.length - wrong.length} of ${contacts.length} contacts ended where they should;`)
  line(`  ${received.length} webhooks came in, ${calls} were due, ${new Set(received).size} different ids.\n`)
  return wrong.length === 0 && new Set(received).size === calls && rows.length === contacts.length
}
