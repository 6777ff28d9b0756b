import { randomUUID } from 'node:crypto'
import { startReplay, type WishedReplay } from '../../src/api/replayStart.js'
import type { Replay } from '../../src/store/ports/replays.js'
import type { Workflow } from '../../src/workflow/workflow.js'
import { type EngineWorld, until } from './engineWorld.js'

/** Everything since 1970, missing starts only, effects skipped. */
export function wish(more: Partial<WishedReplay> = {}): WishedReplay {
  const range = { from: new Date(0), to: null }
  return {
    ...range,
    mode: 'missing',
    effects: 'skip',
    timers: 'asIs',
    dryRun: false,
    ratePerSecond: 100_000,
    ...more,
  }
}

/** Asks for a replay, as the API does. */
export function ask(world: EngineWorld, workflow: Workflow, wished: WishedReplay): Promise<Replay> {
  const { stores, clock } = world.connections
  const of = { projectId: world.projectId, workflowId: workflow.id }
  return startReplay({ ...stores, clock, newId: randomUUID }, of, wished)
}

export async function found(world: EngineWorld, { projectId, workflowId, id }: Replay): Promise<Replay> {
  const replay = await world.connections.stores.replays.get(projectId, workflowId, id)
  if (replay === null) throw new Error(`there is no replay ${id}`)
  return replay
}

/** The replay as it ended, in whatever way. */
export async function ended(world: EngineWorld, replay: Replay): Promise<Replay> {
  await until('the replay ended', async () => (await found(world, replay)).status !== 'RUNNING')
  return found(world, replay)
}
