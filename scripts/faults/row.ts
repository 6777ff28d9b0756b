import type { Arena } from './arena.js'
import type { Counts } from './counts.js'
import type { Amount } from './underLoad.js'

/** One kind of harm, and what must be true all the same. */
export interface Row {
  readonly name: string
  /** For the list: what is done. */
  readonly sentence: string
  /** Kills or stops Kafka or MongoDB: only where they are local processes of our own. */
  readonly hurtsServices?: true
  run(arena: Arena, amount: Amount): Promise<Counts>
}
