import type { Tracing } from '../../src/tracing/port.js'
import type { Change } from '../../src/workflow/change.js'
import type { Execution, ExecutionIdentity, HistoryEntry } from '../../src/workflow/execution.js'
import type { StepDue } from '../../src/workflow/messages.js'
import type { Traced } from '../../src/workflow/trace.js'
import type { Message } from '../batch.js'
import type { EngineDeps } from '../deps.js'
import type { PlannedStep } from './plan.js'

type TraceDeps = Pick<EngineDeps, 'tracing' | 'clock'>

/** Whatever came with a message belongs to the message's trace. */
export function withTraceOf<One extends Traced>(
  { tracing }: Pick<EngineDeps, 'tracing'>,
  one: One,
  { headers }: Pick<Message, 'headers'>,
): One {
  const trace = tracing === undefined ? undefined : headers['traceparent']
  return trace === undefined ? one : { ...one, trace }
}

/** Spans of executions that were started: under the event's, where its sender traces. */
export function noteStarts({ tracing, clock }: TraceDeps, started: readonly Execution[]): void {
  if (tracing === undefined) return
  const now = clock.now()
  for (const { id, workflowId, trace = tracing.ofExecution(id), startedAt, history } of started) {
    const attributes = { 'millrace.execution.id': id, 'millrace.workflow.id': workflowId }
    tracing.note({ name: 'start execution', kind: 'consumer', parent: trace, attributes }, startedAt, now)
    noteChained(tracing, history, attributes, trace)
  }
}

/** A span a step: from when it was entered to when it was handled. */
export function noteSteps({ tracing, clock }: TraceDeps, handled: readonly PlannedStep[]): void {
  if (tracing === undefined) return
  const now = clock.now()
  for (const { due, at, change } of handled) {
    const attributes = { ...attributesOf(due), 'millrace.step.name': at.step.name }
    const parent = due.trace ?? tracing.ofExecution(due.executionId)
    tracing.note({ name: `step ${at.step.type}`, kind: 'consumer', parent, attributes }, due.enteredAt, now)
    noteChained(tracing, change.entries, attributes, parent)
  }
}

/** Spans of what was chained to transitions that no message stands behind. */
export function noteChanges(
  { tracing }: Pick<TraceDeps, 'tracing'>,
  made: readonly { readonly execution: ExecutionIdentity; readonly change: Change }[],
): void {
  if (tracing === undefined) return
  for (const { execution, change } of made) {
    const { id, workflowId, trace = tracing.ofExecution(id) } = execution
    const attributes = { 'millrace.execution.id': id, 'millrace.workflow.id': workflowId }
    noteChained(tracing, change.entries, attributes, trace)
  }
}

/** Steps that were decided in the transition that led to them took no time of their own. */
function noteChained(
  tracing: Tracing,
  entries: readonly HistoryEntry[],
  attributes: Readonly<Record<string, string | number>>,
  parent: string,
): void {
  for (const { type, stepId, name, at, chained } of entries) {
    if (chained !== true) continue
    const own = { ...attributes, 'millrace.step.id': stepId, 'millrace.step.name': name }
    tracing.note({ name: `step ${type}`, kind: 'consumer', parent, attributes: own }, at, at)
  }
}

function attributesOf({ executionId, workflowId, workflowVersion, stepId, seq }: StepDue) {
  return {
    'millrace.execution.id': executionId,
    'millrace.workflow.id': workflowId,
    'millrace.workflow.version': workflowVersion,
    'millrace.step.id': stepId,
    'millrace.seq': seq,
  }
}

interface Called {
  readonly execution: Execution
  readonly kind: string
  readonly tries: number
}

/** An outside call as a span of its own; what it sends carries it on. */
export function inCallSpan<Result>(
  { tracing }: TraceDeps,
  { execution, kind, tries }: Called,
  call: () => Promise<Result>,
): Promise<Result> {
  if (tracing === undefined) return call()
  const { id, workflowId, trace: parent = tracing.ofExecution(id) } = execution
  const ids = { 'millrace.execution.id': id, 'millrace.workflow.id': workflowId, 'millrace.try': tries }
  return tracing.inSpan({ name: `call ${kind}`, kind: 'client', parent, attributes: ids }, call)
}
