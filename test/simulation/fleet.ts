import type { Mutation } from './mutations.js'
import { type EngineProcess, startProcess } from './process.js'
import type { World } from './world.js'

/** The engine's processes, as a supervisor keeps them: who dies is started anew. */
export interface Fleet {
  start(): void
  /** No more blows; who is down comes up again. */
  calm(): void
}

export function createFleet(world: World, mutation: Mutation): Fleet {
  const { time, random, scenario, kafka, topology, chaos } = world
  const running = new Set<EngineProcess>()
  const state = { started: 0, calm: false }
  const startOne = () => {
    const process = startProcess(world, `p${state.started++}`, mutation)
    running.add(process)
    process.machine.onBlow((blow) => {
      if (blow === 'crash' && running.delete(process)) time.after(random.int(300, 6_000), startOne)
    })
  }
  const restart = (process: EngineProcess) => {
    running.delete(process)
    process.stop().catch((error: unknown) => world.surprises.push(`stopping: ${String(error)}`))
    time.after(random.int(0, 3_000), startOne)
  }
  const hit = (victim: EngineProcess) => {
    const what = random.int(0, 8)
    if (what <= 3) victim.machine.crash()
    else if (what <= 6) victim.machine.freeze(random.int(100, 15_000))
    else restart(victim)
  }
  const rewindAny = () =>
    kafka.log(random.pick([...Object.values(topology.steps), topology.timers]).name).group.rewind()
  const blows = () => {
    if (state.calm) return
    const what = random.int(0, 9)
    if (what === 0 || running.size === 0) rewindAny()
    else if (what <= 2) chaos.outage(random.pick(['kafka', 'database']), random.int(200, 5_000))
    else hit(random.pick([...running]))
    time.after(random.int(1, scenario.blowsEveryMs * 2), blows)
  }
  return {
    start: () => {
      for (let n = 0; n < scenario.machines; n++) startOne()
      if (scenario.blowsEveryMs > 0) time.after(random.int(500, scenario.blowsEveryMs), blows)
    },
    calm: () => {
      state.calm = true
    },
  }
}
