import { isEnded } from '../../src/workflow/execution.js'
import { checkWorld } from './checks.js'
import { createFleet } from './fleet.js'
import { createLoad, type Load } from './load.js'
import { type Mutation, NONE } from './mutations.js'
import { createRandom } from './random.js'
import { drawScenario } from './scenario.js'
import { createWorld, type World } from './world.js'

export interface SeedResult {
  readonly seed: number
  /** What was wrong; empty: nothing. */
  readonly problems: readonly string[]
  readonly executions: number
  /** Of the virtual clock, until everything had come to its end. */
  readonly ms: number
  /** What happened, line by line; only if asked for. */
  readonly timeline: readonly string[]
}

export interface SimulateOptions {
  readonly mutation?: Mutation
  /** Keep the timeline: slower. */
  readonly timeline?: boolean
}

/** When everything has not come to its end by then, something is stuck. */
const PATIENCE_MS = 300_000
const LOOK_EVERY_MS = 500
/** Nothing may come after the end, either. */
const LOOKS = 6

/** One run: the same seed is the same run, to the last message. */
export async function simulate(seed: number, options: SimulateOptions = {}): Promise<SeedResult> {
  const { mutation = NONE, timeline = false } = options
  const random = createRandom(seed)
  const scenario = drawScenario(random)
  const lines: string[] = []
  let load: Load | null = null
  const world = await createWorld({
    ...{ scenario, random, timeline: timeline ? lines : null },
    onWrite: (_, write) => load?.react(write),
  })
  world.trace(() => `seed ${seed}: ${JSON.stringify({ ...scenario, plans: scenario.plans.length })}`)
  load = createLoad(world)
  const fleet = createFleet(world, mutation)
  const { kafka, time, chaos } = world
  const began = time.now()
  kafka.spoil(scenario)
  fleet.start()
  load.start()
  time.after(scenario.chaosMs, () => {
    world.trace(() => 'ALL IS WELL FROM NOW ON')
    chaos.end()
    kafka.spoil({ loss: 0, repeat: 0 })
    fleet.calm()
  })
  const until = began + scenario.chaosMs + PATIENCE_MS
  await time.run(watch(world, began + scenario.chaosMs, until))
  const problems = await checkWorld(world, load.cancelled)
  return { seed, problems, executions: world.ledger.size, ms: time.now() - began, timeline: lines }
}

/** Everything that happened in a seed, and what was wrong with it. */
export async function explain(seed: number, mutation: Mutation = NONE): Promise<string> {
  const { timeline, problems } = await simulate(seed, { mutation, timeline: true })
  const wrong = problems.length === 0 ? ['nothing was wrong'] : problems
  return [...timeline, `SEED ${seed}, again by npm run simulate -- --seeds 1 --from ${seed}`, ...wrong].join(
    '\n',
  )
}

/** Done once everything has been at its end for a while, or once patience is over. */
function watch(world: World, from: number, until: number): () => boolean {
  const { time } = world
  const state = { looks: 0 }
  const look = () => {
    state.looks = isSettled(world) ? state.looks + 1 : 0
    time.after(LOOK_EVERY_MS, look)
  }
  time.after(from - time.now(), look)
  return () => state.looks >= LOOKS || time.now() >= until
}

function isSettled({ ledger, kafka, topology, contacts }: World): boolean {
  for (const { state, owed } of ledger.values()) if (!isEnded(state) || owed.length > 0) return false
  for (const contact of contacts.byId.values()) if ((contact?.owed.length ?? 0) > 0) return false
  return [topology.contactEvents, ...Object.values(topology.steps), topology.timers].every(({ name }) => {
    const { partitions, group } = kafka.log(name)
    return partitions.every(({ length }, partition) => group.committed(partition) === length)
  })
}
