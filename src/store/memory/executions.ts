import { evolve, isUnsettled, meets, type TransitionGroup } from '../../workflow/change.js'
import { dueAtOf, dueOf, type Execution, type HistoryEntry, isEnded } from '../../workflow/execution.js'
import type { ExecutionId } from '../../workflow/ids.js'
import { type StepTopic, stepTopicOf } from '../../workflow/stepTopic.js'
import type { Clock } from '../ports/clock.js'
import type { ExecutionStore, Share, UpTo } from '../ports/executions.js'

type Table = Map<ExecutionId, Execution>
type Ref = { readonly id: ExecutionId; readonly seq: number }

/** The memory twin: same promises, no disk. */
export function createMemoryExecutionStore(clock: Clock, table: Table = new Map()): ExecutionStore {
  return {
    insert: async (list) => insert(table, list),
    transition: async (groups, by) => transition(table, groups, by, clock.now()),
    read: async (ids) => ids.flatMap((id) => table.get(id) ?? []),
    readPositions: async (ids) => ids.flatMap((id) => table.get(id) ?? []),
    settleWaits: async (refs) => rewrite(table, refs, (execution) => settled(execution, clock.now())),
    waitingFor: async (contactIds, names) =>
      [...table.values()].filter((one) => contactIds.includes(one.contactId) && waitsForAny(one, names)),
    due: async (share, { from = new Date(0), ...upTo }, limit) =>
      allDue(table, share, upTo)
        .filter((one) => (dueAtOf(one.state) ?? from) >= from)
        .slice(0, limit)
        .map(dueOf),
    nextDue: async (share, upTo) => {
      const found = new Set(allDue(table, share, upTo))
      const next = inShare(table, share).flatMap((one) => (found.has(one) ? [] : (dueAtOf(one.state) ?? [])))
      return next.sort((a, b) => a.getTime() - b.getTime())[0] ?? null
    },
    overdue: async (share, before) =>
      allDue(table, share, { now: before, waitsUpTo: before }).filter((one) => one.touchedAt <= before)
        .length,
    stale: async (which, share, before, limit) => stale(table, which, share, before).slice(0, limit),
    touch: async (refs) =>
      rewrite(table, refs, (one) => ({ ...one, touches: one.touches + 1, touchedAt: clock.now() })),
    clearOwed: async (refs) => rewrite(table, refs, (one) => ({ ...one, owed: [] })),
    noteLateResult: async (id, token, entry) => noteLate(table, id, token, entry),
  }
}

function insert(table: Table, list: readonly Execution[]): ReadonlySet<ExecutionId> {
  const there = new Set<ExecutionId>()
  for (const execution of list) {
    if (table.has(execution.id)) there.add(execution.id)
    else table.set(execution.id, execution)
  }
  return there
}

function transition(table: Table, groups: readonly TransitionGroup[], by: string, now: Date): number {
  let matched = 0
  for (const { ids, expect, change } of groups) {
    for (const id of ids) {
      const execution = table.get(id)
      if (execution === undefined || !meets(execution, expect)) continue
      table.set(id, evolve(execution, change, by, now))
      matched++
    }
  }
  return matched
}

function rewrite(table: Table, refs: readonly Ref[], make: (execution: Execution) => Execution): void {
  for (const { id, seq } of refs) {
    const execution = table.get(id)
    if (execution?.seq === seq) table.set(id, make(execution))
  }
}

function settled(execution: Execution, now: Date): Execution {
  const { state } = execution
  if (state.status !== 'WAITING' || state.wait === null) return execution
  return { ...execution, touchedAt: now, state: { ...state, wait: { ...state.wait, checked: true } } }
}

function waitsForAny({ state }: Execution, names: readonly string[]): boolean {
  return state.status === 'WAITING' && (state.wait?.names.some((name) => names.includes(name)) ?? false)
}

function inShare(table: Table, { partitions, owned }: Share): Execution[] {
  return [...table.values()].filter((one) => owned.includes(one.keyHash % partitions))
}

function allDue(table: Table, share: Share, upTo: UpTo): Execution[] {
  const time = (one: Execution) => dueAtOf(one.state)?.getTime() ?? Number.POSITIVE_INFINITY
  return inShare(table, share)
    .filter((one) => time(one) <= limitOf(one, upTo).getTime())
    .sort((a, b) => time(a) - time(b))
}

function limitOf({ state }: Execution, { now, waitsUpTo }: UpTo): Date {
  const isWait = state.status === 'WAITING' && state.wait !== null
  return isWait && waitsUpTo < now ? waitsUpTo : now
}

function stale(table: Table, which: StepTopic, share: Share, before: Date): Execution[] {
  return inShare(table, share).filter(
    (one) => movedBy(one) === which && one.touchedAt < before && isUnsettled(one.state, one.owed),
  )
}

function movedBy({ lane, state }: Execution): StepTopic {
  return stepTopicOf(state.kind ?? 'EXIT', { lane })
}

function noteLate(table: Table, id: ExecutionId, token: string, entry: HistoryEntry): boolean {
  const execution = table.get(id)
  if (execution === undefined || !isEnded(execution.state) || execution.state.lease?.token !== token)
    return false
  table.set(id, {
    ...execution,
    state: { ...execution.state, lease: null },
    history: [...execution.history, entry],
  })
  return true
}
