import { type Change, type Expectation, staysOnStep, type TransitionGroup } from './change.js'
import type { ExecutionId } from './ids.js'

export interface Planned {
  readonly id: ExecutionId
  readonly expect: Expectation
  readonly change: Change
}

/** Beyond this many variants of recorded values, a batch's entries leave the values out and group again. */
const MAX_VALUE_VARIANTS = 16

/** Equal changes from an equal place become one write. */
export function groupChanges(planned: readonly Planned[]): TransitionGroup[] {
  const lean = withoutScatteredValues(planned)
  const groups = new Map<string, { ids: ExecutionId[]; expect: Expectation; change: Change }>()
  const kindOf = numberChanges()
  for (const { id, expect, change } of lean) {
    const { seq, workflowVersion, currentStepId, standing } = expect
    const stands = typeof standing === 'string' ? standing : standing.token
    const key = `${kindOf(change)}|${seq}|${workflowVersion}|${currentStepId}|${stands}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { ids: [id], expect, change })
    else group.ids.push(id)
  }
  return [...groups.values()]
}

/** Equal changes get one number; those that are shared by reference are compared as JSON once, not once a message. */
function numberChanges(): (change: Change) => number {
  const numbers = new Map<Change, number>()
  const texts = new Map<string, number>()
  return (change) => {
    const known = numbers.get(change)
    if (known !== undefined) return known
    // A step that goes on keeps its entering time in the document, so it does not tell changes apart.
    const staying = staysOnStep(change) ? { ...change, state: { ...change.state, enteredAt: null } } : change
    const text = JSON.stringify(staying)
    const number = texts.get(text) ?? texts.size
    texts.set(text, number)
    numbers.set(change, number)
    return number
  }
}

function withoutScatteredValues(planned: readonly Planned[]): readonly Planned[] {
  const variants = new Set<string>()
  for (const { change } of planned) {
    for (const { values } of change.entries) if (values !== undefined) variants.add(JSON.stringify(values))
    if (variants.size > MAX_VALUE_VARIANTS) return planned.map(withoutValues)
  }
  return planned
}

function withoutValues(planned: Planned): Planned {
  const { change } = planned
  if (change.entries.every(({ values }) => values === undefined)) return planned
  const entries = change.entries.map(({ values: _scattered, ...entry }) => entry)
  return { ...planned, change: { ...change, entries } }
}
