import { setTimeout as pause } from 'node:timers/promises'
import type { Row } from '../row.js'
import { underLoad } from '../underLoad.js'

const BEFORE_MS = 5_000
const STOPPED_MS = 45_000

export const processRows: readonly Row[] = [
  {
    name: 'rolling',
    sentence: 'SIGTERM to one worker after the other; each is ready again before the next one goes',
    run: (arena, amount) =>
      underLoad(arena, amount, {
        name: 'rolling',
        excused: 'never',
        harm: async ({ fleet }) => {
          await pause(BEFORE_MS)
          for (const worker of fleet.workers) {
            const ended = worker.ended()
            worker.signal('SIGTERM')
            await ended
            await worker.ready()
          }
        },
      }),
  },
  {
    name: 'sigstop',
    sentence: 'one of two workers stands still (SIGSTOP) for 45 s, far beyond its session, and goes on',
    run: (arena, amount) =>
      underLoad(arena, amount, {
        name: 'sigstop',
        excused: 'as it begins',
        harm: async ({ fleet }) => {
          await pause(BEFORE_MS)
          const span = { fromMs: Date.now(), toMs: Number.MAX_SAFE_INTEGER }
          fleet.spans.push(span)
          fleet.workers[0]?.signal('SIGSTOP')
          await pause(STOPPED_MS)
          fleet.workers[0]?.signal('SIGCONT')
          span.toMs = Date.now()
        },
      }),
  },
]
