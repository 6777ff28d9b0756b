import { isRetriable, messageOf } from '../src/errors.js'
import type { JobLease } from '../src/store/ports/jobs.js'
import type { Replay } from '../src/store/ports/replays.js'
import { type Repeating, repeat } from '../src/store/scheduling.js'
import type { ReplayDeps } from './replay/deps.js'
import { runReplay, Stopped } from './replay/runReplay.js'

/** A part takes far less than this; who does not come back for so long has crashed. */
const LEASE_MS = 30_000
const LOOK_EVERY_MS = 500

/**
 * Takes up replays that nobody works on, one after the other. Any number of processes may. Stopped, it ends the part
 * under way and gives the replay back, to be gone on with elsewhere.
 */
export function startReplays(deps: ReplayDeps): Repeating {
  return repeat({ ...deps, where: 'replays', everyMs: LOOK_EVERY_MS }, async (isStopping) => {
    while (!isStopping() && (await takeOne(deps, isStopping)));
  })
}

async function takeOne(deps: ReplayDeps, isStopping: () => boolean): Promise<boolean> {
  const token = deps.newId()
  const replay = await deps.replays.take(leaseOf(deps, token), deps.clock.now())
  if (replay === null) return false
  try {
    await work(deps, replay, { token, isStopping })
  } catch (error) {
    deps.announcer.announce('failure', { where: `replay ${replay.id}`, error })
    await giveUp(deps, replay, { token, error })
  }
  return true
}

interface Working {
  readonly token: string
  readonly isStopping: () => boolean
}

async function work(deps: ReplayDeps, replay: Replay, { token, isStopping }: Working): Promise<void> {
  const finished = await runReplay({
    deps,
    replay,
    note: (progress) => deps.replays.note(replay.id, leaseOf(deps, token), progress),
    // A process that crashed may still count as a member of its group.
    groupId: `${deps.topology.contactEvents.name}.replay.${token}`,
    isStopping,
  }).catch((error: unknown) => {
    if (error instanceof Stopped) return false
    throw error
  })
  const at = deps.clock.now()
  if (finished) await deps.replays.finish(replay.id, token, { status: 'COMPLETED', error: null, at })
  else await deps.replays.putBack(replay.id, token, at)
}

/** What may pass is tried again a little later; anything else ends the replay and says why. */
async function giveUp(
  deps: ReplayDeps,
  { id }: Replay,
  { token, error }: { readonly token: string; readonly error: unknown },
): Promise<void> {
  const now = deps.clock.now()
  if (mayPass(error)) {
    await deps.replays.putBack(id, token, new Date(now.getTime() + LEASE_MS / 3))
    return
  }
  await deps.replays.finish(id, token, { status: 'FAILED', error: messageOf(error), at: now })
}

/** The broker's and the connection's errors say so themselves. */
function mayPass(error: unknown): boolean {
  if (isRetriable(error)) return true
  return error instanceof Error && error.name.startsWith('KafkaJS')
}

function leaseOf({ clock }: ReplayDeps, token: string): JobLease {
  return { token, until: new Date(clock.now().getTime() + LEASE_MS) }
}
