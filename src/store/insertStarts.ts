import type { Execution } from '../workflow/execution.js'
import type { Definition } from '../workflow/workflow.js'
import type { DefinitionStore } from './ports/definitions.js'
import type { Entry, EntryStore } from './ports/entries.js'
import type { ExecutionStore } from './ports/executions.js'

/** An execution that somebody asks for, with the very definition it was matched with. */
export interface Starting {
  readonly execution: Execution
  readonly definition: Definition
  readonly allowReentry: boolean
}

export interface Started {
  readonly fresh: Execution[]
  /** There before, as they are now: an earlier delivery or call started them. */
  readonly repeated: Execution[]
}

export interface StartDeps {
  readonly entries: EntryStore
  readonly definitions: Pick<DefinitionStore, 'pin'>
  readonly executions: Pick<ExecutionStore, 'insert' | 'read'>
}

/**
 * Entries and the pinned definitions first, then the executions: each insert-if-absent, so that the same event
 * makes the same execution however often and wherever it is handled. What re-entry refuses is in neither list.
 */
export async function insertStarts(deps: StartDeps, starting: readonly Starting[]): Promise<Started> {
  const unique = [...new Map(starting.map((one) => [one.execution.id, one])).values()]
  if (unique.length === 0) return { fresh: [], repeated: [] }
  const [admitted] = await Promise.all([
    admit(deps, unique),
    deps.definitions.pin(distinctDefinitions(unique)),
  ])
  const there = await deps.executions.insert(admitted.map(({ execution }) => execution))
  const fresh = admitted.filter(({ execution }) => !there.has(execution.id)).map(({ execution }) => execution)
  return { fresh, repeated: there.size === 0 ? [] : await deps.executions.read([...there]) }
}

/** `allowReentry: false`: only the execution that the contact's entry names may start. */
async function admit(deps: StartDeps, starting: readonly Starting[]): Promise<Starting[]> {
  const entries = starting.map(entryOf)
  const named = await deps.entries.claim(firstOfEach(entries))
  const refused: { one: Starting; entry: Entry; holder: Execution['id'] }[] = []
  const holders = holdersOf(entries, named)
  const admitted = starting.filter((one, index) => {
    const entry = entries[index]
    const holder = holders.get(placeOf(entryOf(one)))
    if (one.allowReentry || entry === undefined || holder === undefined || holder === one.execution.id)
      return true
    refused.push({ one, entry, holder })
    return false
  })
  return [...admitted, ...(await takeOver(deps, refused))]
}

function entryOf({ execution }: Starting): Entry {
  const { projectId, workflowId, contactId, id, startedAt } = execution
  return { projectId, workflowId, contactId, executionId: id, at: startedAt }
}

function placeOf({ workflowId, contactId }: Entry): string {
  return `${workflowId}:${contactId}`
}

/** Within a batch the contact's first event makes the entry. */
function firstOfEach(entries: readonly Entry[]): Entry[] {
  const first = new Map<string, Entry>()
  for (const entry of entries) if (!first.has(placeOf(entry))) first.set(placeOf(entry), entry)
  return [...first.values()]
}

function holdersOf(
  entries: readonly Entry[],
  named: ReadonlyMap<Execution['id'], Execution['id']>,
): Map<string, Execution['id']> {
  return new Map(
    firstOfEach(entries).map((entry) => [placeOf(entry), named.get(entry.executionId) ?? entry.executionId]),
  )
}

/** The holder may never have come to be: an old entry without an execution goes to who asks now. */
async function takeOver(
  deps: StartDeps,
  refused: readonly { one: Starting; entry: Entry; holder: Execution['id'] }[],
): Promise<Starting[]> {
  if (refused.length === 0) return []
  const holders = new Set(
    (await deps.executions.read([...new Set(refused.map(({ holder }) => holder))])).map(({ id }) => id),
  )
  const orphaned = refused.filter(({ holder }) => !holders.has(holder))
  const taken: Starting[] = []
  for (const { one, entry, holder } of orphaned) {
    if (await deps.entries.takeOver(entry, holder)) taken.push(one)
  }
  return taken
}

function distinctDefinitions(starting: readonly Starting[]): Starting['definition'][] {
  return [
    ...new Map(
      starting.map(({ definition }) => [`${definition.workflowId}:${definition.version}`, definition]),
    ).values(),
  ]
}
