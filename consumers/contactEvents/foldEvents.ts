import { type Folding, startFolding } from '../../src/engine/foldContact.js'
import { matchTriggers, type TriggerTable } from '../../src/engine/matchTriggers.js'
import { executionId, startExecution } from '../../src/engine/start.js'
import type { Starting } from '../../src/store/insertStarts.js'
import type { Contact } from '../../src/workflow/contact.js'
import { mergePlan } from '../../src/workflow/contactData.js'
import type { Execution } from '../../src/workflow/execution.js'
import type { ContactId, ProjectId } from '../../src/workflow/ids.js'
import type { Workflow } from '../../src/workflow/workflow.js'
import type { EngineDeps } from '../deps.js'
import { withTraceOf } from '../stepping/trace.js'
import { isBorn, unborn } from './births.js'
import { foldFields } from './foldFields.js'
import type { Recorded } from './record.js'

/** A contact after the batch's events, with the last of them that was folded in. */
export interface FoldedContact {
  readonly folding: Folding
  readonly last: Recorded
}

export interface FoldResult {
  readonly starting: Starting[]
  readonly folded: ReadonlyMap<ContactId, FoldedContact>
}

export interface FoldContext {
  readonly deps: Pick<EngineDeps, 'announcer' | 'tracing'>
  readonly tables: ReadonlyMap<ProjectId, TriggerTable>
  readonly by: string
  readonly now: Date
  /** Events recorded earlier than this start nothing: their executions may have been removed again. */
  readonly oldestStart: Date
}

/** Folds events into contacts, in order, matching each against its contact as it was right after it. */
export function foldEvents(recorded: readonly Recorded[], context: FoldContext): FoldResult {
  const starting: Starting[] = []
  const folded = new Map<ContactId, FoldedContact>()
  const births = new Map<ContactId, Folding>()
  for (const one of recorded) {
    const { contact } = one
    if (isBorn(one)) {
      const folding = foldOne(births.get(contact.id) ?? startFolding(unborn(contact)), one, context)
      births.set(contact.id, folding)
      starting.push(...startsOf(one, folding.contact, context))
    } else if (!isFolded(one)) {
      const before = folded.get(contact.id)
      const folding = foldOne(before?.folding ?? startFolding(contact), one, context)
      folded.set(contact.id, { folding, last: laterOf(before?.last, one) })
      starting.push(...startsOf(one, folding.contact, context))
    }
  }
  return { starting, folded }
}

/**
 * Already folded in by an earlier delivery: skips matching and fields, not waits. In a topic that was made anew
 * offsets begin again, and times do not.
 */
function isFolded({ contact, order }: Recorded): boolean {
  const mark = contact.folded[String(order.partition)]
  return mark !== undefined && order.offset <= mark.offset && order.at <= mark.at
}

function laterOf(last: Recorded | undefined, one: Recorded): Recorded {
  return last !== undefined && last.order.offset > one.order.offset ? last : one
}

/** An event that was recorded by an earlier delivery under another offset changed the contact then. */
function foldOne(before: Folding, one: Recorded, { deps }: FoldContext): Folding {
  if (one.record.order.offset !== one.order.offset || one.record.order.partition !== one.order.partition)
    return before
  const { folding, tooLarge } = foldFields(before, one.event)
  if (tooLarge) {
    deps.announcer.announce('messages.dropped', {
      topic: 'contact data',
      reason: 'contact_data_too_large',
      count: 1,
    })
  }
  return folding
}

function startsOf(one: Recorded, contact: Contact, context: FoldContext): Starting[] {
  const table = context.tables.get(one.event.projectId)
  if (table === undefined) return []
  const data = mergePlan(one.event.data).context
  return matchTriggers(table, { name: one.event.name, context: data }, contact).flatMap(
    ({ trigger, fault }) => {
      if (fault !== null) announceFault(context, trigger.workflow, fault)
      if (fault !== null || !mayStart(one, trigger.workflow, context)) return []
      const execution = startTraced(context.deps, one, {
        compiled: trigger.compiled,
        contact,
        origin: ['event', one.event.eventId],
        context: data,
        event: { eventId: one.event.eventId, name: one.event.name },
        triggerOrder: one.record.order,
        depth: one.event.cause?.depth ?? 0,
        effects: 'send',
        lane: 'live',
        by: context.by,
        now: context.now,
      })
      return [
        { execution, definition: trigger.compiled.definition, allowReentry: trigger.workflow.allowReentry },
      ]
    },
  )
}

/** In the trace that the event came with. */
function startTraced(
  deps: FoldContext['deps'],
  { source }: Recorded,
  start: Parameters<typeof startExecution>[0],
): Execution {
  return withTraceOf(deps, startExecution(start), source)
}

/** A repeat starts only what was enabled before the event was recorded, and nothing once it is too old. */
function mayStart(one: Recorded, workflow: Workflow, { oldestStart }: FoldContext): boolean {
  if (one.fresh) return true
  const { recordedAt } = one.record
  return recordedAt >= oldestStart && workflow.enabledAt !== null && workflow.enabledAt <= recordedAt
}

function announceFault({ deps }: FoldContext, workflow: Workflow, fault: string): void {
  deps.announcer.announce('failure', {
    where: `trigger rule of workflow ${workflow.id}`,
    error: new Error(fault),
  })
}

/** Ids of executions that a repeated event may have started: their first steps may never have been sent. */
export function possibleStarts(one: Recorded, table: TriggerTable | undefined): Execution['id'][] {
  const triggers = table?.get(one.event.name) ?? []
  return triggers.map(({ workflow }) =>
    executionId(one.event.projectId, workflow.id, one.contact.id, ['event', one.event.eventId]),
  )
}
