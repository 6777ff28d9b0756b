import { setTimeout as pause } from 'node:timers/promises'
import { seeded } from '../../seeded.js'
import type { Ring } from '../arena.js'
import type { Row } from '../row.js'
import { type Amount, underLoad } from '../underLoad.js'

const EVERY_MS = 10_000

/** SIGKILL to one worker in turn, every ten seconds while the load runs. */
async function killInTurn({ fleet }: Ring, { seconds, seed }: Amount): Promise<void> {
  const random = seeded(seed + 1)
  const until = Date.now() + seconds * 1000
  while (Date.now() < until) {
    await pause(Math.min(EVERY_MS, seconds * 500))
    fleet.workers[Math.floor(random() * fleet.workers.length)]?.signal('SIGKILL')
  }
}

export const killRows: readonly Row[] = [
  {
    name: 'kill',
    sentence: 'SIGKILL to one of two workers every 10 s',
    run: (arena, amount) =>
      underLoad(arena, amount, { name: 'kill', harm: (ring) => killInTurn(ring, amount) }),
  },
  {
    name: 'kill-all',
    sentence: 'SIGKILL to all workers at once, in the middle of the load',
    run: (arena, amount) =>
      underLoad(arena, amount, {
        name: 'kill-all',
        harm: async ({ fleet }) => {
          await pause(amount.seconds * 500)
          for (const worker of fleet.workers) worker.signal('SIGKILL')
        },
      }),
  },
]
