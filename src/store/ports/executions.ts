import type { TransitionGroup } from '../../workflow/change.js'
import type { DueExecution, Execution, HistoryEntry, Position } from '../../workflow/execution.js'
import type { ContactId, ExecutionId } from '../../workflow/ids.js'
import type { StepTopic } from '../../workflow/stepTopic.js'

/** The share of one owner: documents whose `keyHash % partitions` is in `owned`. */
export interface Share {
  readonly partitions: number
  readonly owned: readonly number[]
}

/** What counts as due: waits by how far events were handled, everything else by now. */
export interface UpTo {
  readonly now: Date
  readonly waitsUpTo: Date
}

/** The engine's side of executions; batches only, a constant number of calls each. Majority with journal. */
export interface ExecutionStore {
  /** Inserts those that are not there; answers the ids that were there before. */
  insert(executions: readonly Execution[]): Promise<ReadonlySet<ExecutionId>>
  /** Compare-and-set of every group, `seq + 1` each, in one call; answers how many documents matched. */
  transition(groups: readonly TransitionGroup[], by: string): Promise<number>
  read(ids: readonly ExecutionId[]): Promise<Execution[]>
  /** Where they stand; what weighs most stays in the database. */
  readPositions(ids: readonly ExecutionId[]): Promise<Position[]>
  /** Marks waits as looked back at (no transition): only where `seq` still stands. */
  settleWaits(refs: readonly { readonly id: ExecutionId; readonly seq: number }[]): Promise<void>
  /** Executions of these contacts that wait for one of these names, checked or not. */
  waitingFor(contactIds: readonly ContactId[], names: readonly string[]): Promise<Execution[]>
  /** What is due, oldest first; `from`: and was not due before. */
  due(share: Share, times: UpTo & { readonly from?: Date }, limit: number): Promise<DueExecution[]>
  /** The earliest due time of the share that `due` does not find yet, or null; past: a wait that is held back. */
  nextDue(share: Share, upTo: UpTo): Promise<Date | null>
  /** How many of the share, whatever holds them back, were due before and stood so then; counts at most 10,000. */
  overdue(share: Share, before: Date): Promise<number>
  /**
   * For the sweeper, of what a step topic moves: PENDING/RUNNING without a lease, unchecked waits, and what is owed,
   * last touched before.
   */
  stale(which: StepTopic, share: Share, before: Date, limit: number): Promise<Execution[]>
  /** Sets `touchedAt`, counts a touch (no transition): only where `seq` still stands. */
  touch(refs: readonly { readonly id: ExecutionId; readonly seq: number }[]): Promise<void>
  /** After the produce: nothing is owed any more at this `seq`. */
  clearOwed(refs: readonly { readonly id: ExecutionId; readonly seq: number }[]): Promise<void>
  /** The result of a call that was cancelled meanwhile: noted in history by token, nothing moves. */
  noteLateResult(id: ExecutionId, token: string, entry: HistoryEntry): Promise<boolean>
}
