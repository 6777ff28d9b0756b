import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { type Command, Option } from 'commander'
import { startReplay } from '../src/api/replayStart.js'
import { progressOf, showReplay } from '../src/api/showReplay.js'
import type { Connections } from '../src/connections.js'
import type { Replay } from '../src/store/ports/replays.js'
import type { ProjectId, ReplayId, WorkflowId } from '../src/workflow/ids.js'
import { isoMs } from '../src/workflow/isoDate.js'
import { idOf, projectOf, wholeOf, withConnections } from './connected.js'
import { print } from './output.js'
import { drawProgress } from './progressBar.js'

interface Place {
  readonly project: string
  readonly workflow: string
  readonly json?: true
}

interface StartOptions extends Place {
  readonly from: string
  readonly to?: string
  readonly mode: 'missing' | 'rerun'
  readonly effects: 'send' | 'skip'
  readonly timers: 'asIs' | 'fromEvent'
  readonly dryRun?: true
  readonly rate?: string
}

export function addReplayCommands(program: Command): void {
  const replay = program.command('replay').description('past events once more, for one workflow')
  const placed = (command: Command) =>
    command
      .requiredOption('--project <id>', 'the project of the workflow')
      .requiredOption('--workflow <id>', 'the workflow that the events may start')
      .option('--json', 'print JSON')
  placed(replay.command('start', { isDefault: true }))
    .requiredOption('--from <time>', 'ISO 8601, broker time; events from then on')
    .option('--to <time>', 'ISO 8601, broker time; events before then (default: now)')
    .addOption(new Option('--mode <mode>', 'what to start').choices(['missing', 'rerun']).default('missing'))
    .addOption(
      new Option('--effects <effects>', 'mails and webhooks').choices(['send', 'skip']).default('skip'),
    )
    .addOption(
      new Option(
        '--timers <timers>',
        'what delays and time-outs count from: when a step is entered, or the event',
      )
        .choices(['asIs', 'fromEvent'])
        .default('asIs'),
    )
    .option('--dry-run', 'count only')
    .option('--rate <n>', 'executions started a second')
    .description('start a replay and watch it; the service works on it (role `replay`)')
    .action(start)
  placed(replay.command('list')).description('newest first').action(list)
  placed(replay.command('cancel'))
    .argument('<replayId>')
    .description('what it has started goes on')
    .action(cancel)
}

const of = ({ project, workflow }: Place) => ({
  projectId: projectOf(project),
  workflowId: idOf<WorkflowId>('--workflow', workflow),
})

function timeOf(name: string, text: string): Date {
  const ms = isoMs(text)
  if (ms === null) throw new Error(`${name} is ${JSON.stringify(text)}, which is no ISO 8601 time.`)
  return new Date(ms)
}

async function start(options: StartOptions): Promise<void> {
  const { from, to, mode, effects, timers, dryRun = false, rate, json } = options
  const wish = {
    from: timeOf('--from', from),
    to: to === undefined ? null : timeOf('--to', to),
    mode,
    effects,
    timers,
    dryRun,
    ratePerSecond: rate === undefined ? null : wholeOf('--rate', rate),
  }
  await withConnections(async (connections) => {
    const { stores, clock } = connections
    const replay = await startReplay({ ...stores, clock, newId: randomUUID }, of(options), wish)
    show(json === true, [await watch(connections, replay)])
  })
}

const LOOK_EVERY_MS = 250

/** Until it has ended; who breaks off leaves it running. */
async function watch({ stores, clock }: Connections, replay: Replay): Promise<Replay> {
  const { projectId, workflowId, id } = replay
  for (
    let now: Replay | null = replay;
    now !== null;
    now = await stores.replays.get(projectId, workflowId, id)
  ) {
    const waits = now.places === null && clock.now().getTime() - now.createdAt.getTime() > 10_000
    const { scanned, started } = now.counts
    drawProgress(
      progressOf(now),
      waits ? 'no process of role replay has taken it yet' : `${scanned} read, ${started} started`,
    )
    if (now.status !== 'RUNNING') return now
    await pause(LOOK_EVERY_MS)
  }
  throw new Error(`Replay ${id} is gone.`)
}

function show(json: boolean, replays: readonly Replay[]): void {
  const rows = replays.map(showReplay)
  if (json) {
    process.stdout.write(`${JSON.stringify(rows)}\n`)
    return
  }
  print(
    false,
    rows.map((replay) => {
      const { id, status, mode, scanned, matched, started, alreadyThere, skipped } = replay
      return {
        ...{ id, status, mode, scanned: `${scanned}`, matched: `${matched}`, started: `${started}` },
        ...{ alreadyThere: `${alreadyThere}`, skipped: `${skipped}`, note: noteOn(replay) },
      }
    }),
  )
}

function noteOn({ error, missingBefore, dryRun }: ReturnType<typeof showReplay>): string {
  if (error !== null) return error
  const notes = [
    ...(dryRun ? ['dry run: nothing was started'] : []),
    ...(missingBefore === null ? [] : [`the topic has lost events before ${missingBefore.toISOString()}`]),
  ]
  return notes.join('; ')
}

async function list(options: Place): Promise<void> {
  const { projectId, workflowId }: { projectId: ProjectId; workflowId: WorkflowId } = of(options)
  const replays = await withConnections(({ stores }) => stores.replays.list(projectId, workflowId, 100))
  show(options.json === true, replays)
}

async function cancel(replayId: string, options: Place): Promise<void> {
  const id = idOf<ReplayId>('replayId', replayId)
  const { projectId, workflowId } = of(options)
  await withConnections(async ({ stores, clock }) => {
    const replay = await stores.replays.get(projectId, workflowId, id)
    if (replay === null) throw new Error(`There is no replay ${id} of this workflow.`)
    if (!(await stores.replays.cancel(projectId, id, clock.now())))
      throw new Error(`Replay ${id} has ended: it is ${replay.status}.`)
  })
  process.stdout.write(`cancelled ${id}\n`)
}
