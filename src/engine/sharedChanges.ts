import type { Facts } from '../steps/definition.js'
import type { Change } from '../workflow/change.js'
import type { CompiledStep } from './compile.js'
import { leftAt } from './leftSteps.js'
import { type Way, wayKey } from './way.js'

/** Changes of one batch: steps that come to the same by the same way share one, which is then compared by reference. */
export class SharedChanges {
  readonly #byStep = new Map<CompiledStep, Map<string, Change>>()

  /** `said`: what the step comes to, of all that a change depends on; null where that is more. */
  of({ at, facts }: Leaving, way: Way | null, said: string | null, work: () => Change): Change {
    const led = wayKey(way)
    if (said === null || led === null) return work()
    return this.#shared(at, `${facts.asOf?.getTime()}:${leftAt(facts).getTime()}:${said}>${led}`, work)
  }

  #shared(at: CompiledStep, key: string, work: () => Change): Change {
    const changes = this.#byStep.get(at) ?? new Map<string, Change>()
    this.#byStep.set(at, changes)
    const change = changes.get(key) ?? work()
    changes.set(key, change)
    return change
  }
}

interface Leaving {
  readonly at: CompiledStep
  readonly facts: Pick<Facts, 'asOf' | 'now' | 'enteredAt'>
}
