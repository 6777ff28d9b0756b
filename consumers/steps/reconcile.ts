import { judge } from '../../src/engine/judge.js'
import type { Execution } from '../../src/workflow/execution.js'
import { groupBy } from '../../src/workflow/groupBy.js'
import type { EngineDeps } from '../deps.js'
import type { Arrived } from './placeSteps.js'

/** What is left to do for messages whose blind write did not match, by the table of `engine/judge`. */
export interface Reconciled {
  /** What these documents stand for is sent (again). */
  readonly send: Execution[]
  /** Of those, the ones that this batch itself moved: they count as its own transitions. */
  readonly own: Execution[]
  /** Waits that were not looked back at. */
  readonly lookBack: Execution[]
  readonly again: Arrived[]
  readonly unknown: Arrived[]
  readonly ahead: Arrived[]
}

type ReconcileDeps = Pick<EngineDeps, 'executions' | 'clock' | 'announcer'>

export async function reconcile(
  deps: ReconcileDeps,
  arrived: readonly Arrived[],
  by: string,
  topic: string,
): Promise<Reconciled> {
  const reconciled: Reconciled = { send: [], own: [], lookBack: [], again: [], unknown: [], ahead: [] }
  if (arrived.length === 0) return reconciled
  const documents = await deps.executions.read(arrived.map(({ due }) => due.executionId))
  const byId = new Map(documents.map((document) => [document.id, document]))
  const now = deps.clock.now()
  const dropped: string[] = []
  for (const one of arrived) {
    const reason = sortOut(reconciled, one, byId.get(one.due.executionId), { by, now })
    if (reason !== null) dropped.push(reason)
  }
  for (const [reason, list] of groupBy(dropped, (reason) => reason)) {
    deps.announcer.announce('messages.dropped', { topic, reason, count: list.length })
  }
  return reconciled
}

/** Puts one message on its list; answers why it was dropped, or null. */
function sortOut(
  lists: Reconciled,
  one: Arrived,
  document: Execution | undefined,
  { by, now }: { readonly by: string; readonly now: Date },
): string | null {
  const judgement = judge(one.due, document, by, now)
  if (document === undefined || judgement.do === 'unknown') {
    lists.unknown.push(one)
    return null
  }
  switch (judgement.do) {
    case 'ahead':
      lists.ahead.push(one)
      return null
    case 'run':
      lists.again.push(one)
      return null
    case 'drop':
      return judgement.reason
    case 'resend':
      if (judgement.own) lists.own.push(document)
      send(lists, document)
      return null
    case 'lookBack':
    case 'correct':
      send(lists, document)
      return null
    default:
      return judgement satisfies never
  }
}

function send(lists: Reconciled, document: Execution): void {
  lists.send.push(document)
  const { state } = document
  if (state.status === 'WAITING' && state.wait?.checked === false) lists.lookBack.push(document)
}
