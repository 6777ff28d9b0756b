import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { readCounters } from '../metricsClient.js'
import { line } from '../terminal.js'
import { makeWorkflow } from '../workflows.js'
import { createPublisher } from './publisher.js'
import { type Counts, EXPECTED, isRight, report, settledCounts } from './purchaseCounts.js'
import { purchasesWorkflow, readPurchases } from './purchases.js'
import type { Stage } from './stage.js'

/** Longer than the feed takes; a timeout is taken only when the events before it were handled. */
const TIMEOUT_S = 45
const WITHIN_MS = 180_000
const EVERY_MS = 500
/** TRIGGER, CONDITION, UPDATE_CONTACT, WAIT_FOR_EVENT, EXIT. */
const STEPS_EACH = 5

/** Feeds every purchase through the broker and compares what the engine found with what is in the file. */
export async function runPurchases(stage: Stage, file: string): Promise<boolean> {
  const events = readPurchases(file, stage.projectId)
  const workflow = await makeWorkflow(stage.api, purchasesWorkflow(TIMEOUT_S))
  const publisher = await createPublisher(stage.brokers, stage.topic)
  line(`\n  ${events.length} purchases go to the broker.`)
  const began = Date.now()
  await publisher.publish(events)
  const fedMs = Date.now() - began
  await publisher.close()
  line(`  fed in ${(fedMs / 1000).toFixed(1)} s (${Math.round((events.length / fedMs) * 1000)} events/s)\n`)
  const settledMs = await watch(
    stage,
    began,
    ({ events: handled, ended }) => handled >= events.length && ended >= EXPECTED.event,
  )
  const memory = residentMiB(stage.pid)
  line('  everything that will not come back waits for its timeout now\n')
  await watch(stage, began, ({ ended }) => ended >= EXPECTED.executions)
  const counts = await settledCounts(stage.api, workflow)
  reportRun(counts, { events: events.length, settledMs, memory })
  return isRight(counts)
}

interface Progress {
  readonly events: number
  readonly started: number
  readonly steps: number
  readonly ended: number
}

async function progressOf({ base }: Stage): Promise<Progress> {
  const names = ['events_total', 'executions_started_total', 'steps_total', 'executions_ended_total'].map(
    (name) => `millrace_${name}`,
  )
  const [events = 0, started = 0, steps = 0, ended = 0] = Object.values(await readCounters(base, names))
  return { events, started, steps, ended }
}

/** Shows progress until `done` or the time is over; answers the milliseconds since `began`. */
async function watch(stage: Stage, began: number, done: (progress: Progress) => boolean): Promise<number> {
  let shown = ''
  for (;;) {
    const progress = await progressOf(stage)
    const elapsedMs = Date.now() - began
    const { events, started, steps, ended } = progress
    const now = `events ${events}   started ${started}   steps ${steps}   ended ${ended}`
    if (now !== shown) line(`  ${(elapsedMs / 1000).toFixed(1).padStart(5)} s   ${now}`)
    shown = now
    if (done(progress) || elapsedMs > WITHIN_MS) return elapsedMs
    await pause(EVERY_MS)
  }
}

function reportRun(
  counts: Counts,
  { events, settledMs, memory }: { events: number; settledMs: number; memory: string },
): void {
  report(counts)
  const perSecond = (count: number) => Math.round((count / settledMs) * 1000)
  const steps = counts.executions * (STEPS_EACH - 1) + counts.event
  line(
    `  until all was handled but the timeouts: ${(settledMs / 1000).toFixed(1)} s, ${perSecond(events)} events/s,`,
  )
  line(
    `  ${perSecond(counts.executions)} executions/s, ${perSecond(steps)} steps/s; the engine held ${memory} MiB\n`,
  )
}

/** Resident memory of a process, where the system tells it. */
function residentMiB(pid: number): string {
  try {
    const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kib === undefined ? 'unknown' : String(Math.round(Number(kib) / 1024))
  } catch {
    return 'unknown'
  }
}
