import type { Execution } from '../../src/workflow/execution.js'
import type { ExecutionId } from '../../src/workflow/ids.js'

/** One write that a document really took. */
export interface Write {
  readonly at: number
  readonly before: Execution | undefined
  readonly after: Execution
}

/** The table of executions; it remembers every write, whoever made it. */
export class Ledger extends Map<ExecutionId, Execution> {
  readonly writes: Write[] = []
  readonly #now: () => number
  readonly #heard: (write: Write) => void

  constructor(now: () => number, heard: (write: Write) => void) {
    super()
    this.#now = now
    this.#heard = heard
  }

  override set(id: ExecutionId, after: Execution): this {
    const write = { at: this.#now(), before: this.get(id), after }
    super.set(id, after)
    this.writes.push(write)
    this.#heard(write)
    return this
  }

  isTransition({ before, after }: Write): boolean {
    return before !== undefined && before.seq !== after.seq
  }
}
