import { spawnSync } from 'node:child_process'
import type { Ring } from '../arena.js'
import type { Counts } from '../counts.js'
import type { Row } from '../row.js'
import { underLoad } from '../underLoad.js'

const EVERY_MS = 5_000

/** Resident memory of the engine's processes, the largest of them, while the load runs and until all has ended. */
function watchMemory({ fleet }: Ring): () => Promise<Partial<Counts>> {
  const samples: number[] = []
  const look = () => samples.push(Math.max(...fleet.workers.map((worker) => residentMiB(worker.pid()))))
  const timer = setInterval(look, EVERY_MS)
  return async () => {
    clearInterval(timer)
    look()
    const third = Math.floor(samples.length / 3)
    const most = (part: readonly number[]) => Math.round(Math.max(...part))
    return {
      more: {
        'MiB at most in the first third': most(samples.slice(0, third + 1)),
        'in the second': most(samples.slice(third, 2 * third + 1)),
        'in the last': most(samples.slice(2 * third)),
      },
    }
  }
}

function residentMiB(pid: number): number {
  const { stdout } = spawnSync('ps', ['-o', 'rss=', '-p', `${pid}`], { encoding: 'utf8' })
  return Number(stdout) / 1024
}

export const soakRows: readonly Row[] = [
  {
    name: 'soak',
    sentence: 'no harm at all, for as long as --seconds says: what becomes of memory',
    run: (arena, amount) => underLoad(arena, amount, { name: 'soak', beside: watchMemory }),
  },
]
