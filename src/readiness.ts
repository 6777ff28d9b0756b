import type { Readiness } from './api/operations.js'
import { messageOf } from './errors.js'
import { within } from './within.js'

export interface ReadinessSources {
  /** Throws what keeps the database or the broker from answering. */
  readonly probe: () => Promise<void>
  readonly troubles: () => readonly string[]
}

const PROBE_LIMIT_MS = 5_000

/** Kafka, MongoDB and every consumer of this process work; the reasons say what does not. */
export function createReadiness({ probe, troubles }: ReadinessSources): Readiness {
  return {
    check: async () => {
      const reasons = [...troubles(), ...(await probed(probe))]
      return { ready: reasons.length === 0, reasons }
    },
  }
}

function probed(probe: () => Promise<void>): Promise<string[]> {
  const late = () => new Error(`no answer within ${PROBE_LIMIT_MS} ms`)
  return within(probe(), PROBE_LIMIT_MS, late).then(
    () => [],
    (error: unknown) => [messageOf(error)],
  )
}
