import { type Command, Option } from 'commander'
import { redriveLetter, redriveMany } from '../src/api/redrive.js'
import type { Connections } from '../src/connections.js'
import { LETTER_STATUSES, type Letter, type LetterFilter } from '../src/store/ports/deadLetters.js'
import type { LetterId } from '../src/workflow/ids.js'
import { isoMs } from '../src/workflow/isoDate.js'
import { idOf, projectOf, wholeOf, withConnections } from './connected.js'
import { print } from './output.js'

interface Asked {
  readonly project?: string
  readonly reason?: string | null
  readonly topic?: string | null
  readonly status?: LetterFilter['status']
  readonly from?: string
  readonly to?: string
  readonly limit?: string
  readonly dryRun?: true
  readonly json?: true
}

export function addDeadLetterCommands(program: Command): void {
  const letters = program
    .command('dead-letters')
    .description('messages that could not be handled: of all projects, and those that name none')
  filtered(letters.command('list', { isDefault: true }))
    .addOption(new Option('--status <status>').choices([...LETTER_STATUSES]))
    .option('--limit <n>', 'rows', '50')
    .option('--json', 'print JSON')
    .description('newest first')
    .action(list)
  letters.command('show').argument('<id>').description('one with its content').action(show)
  letters.command('drop').argument('<id>').description('it will not be redriven').action(drop)
  filtered(letters.command('redrive'))
    .argument('[id]', 'one letter; without it those that the filter finds')
    .option('--dry-run', 'count only')
    .description('send back to where they came from, once')
    .action(redrive)
}

function filtered(command: Command): Command {
  return command
    .option('--project <id>')
    .option('--reason <reason>')
    .option('--topic <topic>')
    .option('--from <time>', 'ISO 8601; parked from then on')
    .option('--to <time>', 'ISO 8601; parked before then')
}

function filterOf({ project, reason = null, topic = null, status = null, from, to }: Asked): LetterFilter {
  const projectId = project === undefined ? 'any' : projectOf(project)
  return { projectId, reason, topic, status, from: timeOf('--from', from), to: timeOf('--to', to) }
}

function timeOf(name: string, text: string | undefined): Date | null {
  if (text === undefined) return null
  const ms = isoMs(text)
  if (ms === null) throw new Error(`${name} is ${JSON.stringify(text)}, which is no ISO 8601 time.`)
  return new Date(ms)
}

async function list(asked: Asked): Promise<void> {
  const limit = wholeOf('--limit', asked.limit ?? '')
  const filter = filterOf(asked)
  const found = await withConnections(({ stores }) => stores.deadLetters.list(filter, { after: null, limit }))
  const rows = found.map(({ id, status, reason, topic, offset, partition, parkedAt, message }) => ({
    ...{ id, status, reason, place: `${topic} ${partition}:${offset}`, parkedAt: parkedAt.toISOString() },
    message: message.slice(0, 60),
  }))
  if (asked.json === true) process.stdout.write(`${JSON.stringify(rows)}\n`)
  else print(false, rows)
}

async function foundLetter({ stores }: Connections, text: string): Promise<Letter> {
  const id = idOf<LetterId>('id', text)
  const letter = await stores.deadLetters.get('any', id)
  if (letter === null) throw new Error(`There is no letter ${id}.`)
  return letter
}

async function show(text: string): Promise<void> {
  const letter = await withConnections((connections) => foundLetter(connections, text))
  const { key, value, decoded, ...plain } = letter
  const content = { key: key?.toString(), decoded: decoded === null ? null : JSON.parse(decoded) }
  const raw = value?.toString('base64') ?? null
  process.stdout.write(`${JSON.stringify({ ...plain, ...content, raw }, null, 2)}\n`)
}

async function drop(text: string): Promise<void> {
  await withConnections(async (connections) => {
    const { id } = await foundLetter(connections, text)
    const { stores, clock } = connections
    if (!(await stores.deadLetters.settle(id, 'DROPPED', clock.now())))
      throw new Error(`Letter ${id} was redriven or dropped before.`)
    process.stdout.write(`dropped ${id}\n`)
  })
}

async function redrive(text: string | undefined, asked: Asked): Promise<void> {
  await withConnections(async (connections) => {
    const { stores, outbox, clock } = connections
    const deps = { deadLetters: stores.deadLetters, outbox, clock }
    if (text === undefined) {
      const { matched, redriven } = await redriveMany(deps, filterOf(asked), asked.dryRun === true)
      process.stdout.write(`${matched} parked, ${redriven} redriven\n`)
      return
    }
    await redriveLetter(deps, await foundLetter(connections, text))
    process.stdout.write(`redriven ${text}\n`)
  })
}
