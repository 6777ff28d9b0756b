import type { Batch, Handler, Verdict } from '../../consumers/batch.js'
import { createPositions } from '../../consumers/run/positions.js'
import type { RunningConsumer } from '../../consumers/run.js'
import type { Member } from './group.js'
import type { Log } from './kafka.js'
import type { Machine } from './machine.js'
import type { Random } from './random.js'

export interface ConsumerOptions {
  readonly machine: Machine
  readonly log: Log
  readonly random: Random
  readonly handler: Handler
  readonly trace: (text: () => string) => void
  /** A call to the broker, which may fail. */
  readonly ask: <Value>(apply: () => Promise<Value>) => Promise<Value>
  readonly onAssigned: () => void
  /** A defect on purpose: what was fetched is committed before it is handled. */
  readonly commitFirst: boolean
}

export interface SimConsumer extends RunningConsumer {
  readonly member: Member
  commit(): void
  /** Joins its group again, if it was thrown out. */
  rejoin(): void
}

/** One partition in this consumer's hands. */
interface Lane {
  /** Moves with every giving out: what a handler says about an earlier one does not count. */
  epoch: number
  owned: boolean
  next: number
  busy: boolean
  /** Calls the pause off; null: rests until `resumeAll`; undefined: does not rest. */
  rest: (() => void) | null | undefined
}

/** A handler never gets more than this at once, so that chunks end anywhere. */
const MAX_MESSAGES = 6

/** Reads one topic as `consumers/run.ts` does: in chunks, each partition's in order, resolving prefixes only. */
export function startSimConsumer(options: ConsumerOptions): SimConsumer {
  const { machine, log, random, trace } = options
  const positions = createPositions()
  const lanes = log.partitions.map(
    (): Lane => ({ epoch: 0, owned: false, next: 0, busy: false, rest: undefined }),
  )
  const state = { stopped: false, resumes: 0, givings: 0 }

  /** Partitions of the fetch under way: they come in one turn. */
  const fetching: (() => void)[] = []
  const pump = (partition: number): void => {
    const lane = lanes[partition]
    if (lane === undefined || state.stopped || !lane.owned || lane.busy || lane.rest !== undefined) return
    if (lane.next >= endOf(log, partition)) return
    lane.busy = true
    fetching.push(() => void take(partition, lane))
    if (fetching.length === 1) machine.after(random.int(0, 4), fetch)
  }
  const fetch = (): void => {
    for (const takeOne of fetching.splice(0)) takeOne()
  }
  const take = async (partition: number, lane: Lane): Promise<void> => {
    const batch = fetched(options, partition, lane.next)
    const { epoch, next: from } = lane
    const { resumes } = state
    const giving = positions.giving()
    if (options.commitFirst) log.group.commit(member, partition, from + batch.messages.length)
    positions.busy(partition, true)
    const verdict = await options.handler(batch, { alive: () => lane.epoch === epoch && !state.stopped })
    trace(() => `${machine.name} ${said(batch, from, verdict)}`)
    positions.busy(partition, false)
    lane.busy = false
    const next = from + handledBy(verdict, batch.messages.length)
    if (next > from) positions.handled(partition, next, giving)
    const ms = state.resumes === resumes ? pauseOf(verdict) : 0
    if (lane.epoch === epoch) goOn(partition, lane, { next, ms })
    pump(partition)
  }
  const goOn = (partition: number, lane: Lane, { next, ms }: { next: number; ms: number | null }): void => {
    lane.next = next
    rest(partition, lane, ms)
  }
  const rest = (partition: number, lane: Lane, ms: number | null): void => {
    if (ms === 0) return
    lane.rest = ms === null ? null : machine.after(ms, () => wake(partition, lane))
  }
  const wake = (partition: number, lane: Lane): void => {
    lane.rest = undefined
    pump(partition)
  }
  const assign = (partitions: readonly number[]): void => {
    positions.assign(partitions)
    for (const [partition, lane] of lanes.entries()) {
      lane.rest?.()
      const next = log.group.committed(partition)
      Object.assign(lane, { epoch: lane.epoch + 1, owned: partitions.includes(partition), next })
      wake(partition, lane)
    }
    options.onAssigned()
  }
  const commit = (): void => {
    for (const [partition, next] of positions.all()) log.group.commit(member, partition, next)
  }
  const member: Member = {
    name: machine.name,
    answers: () => machine.alive() && !machine.frozen(),
    given: (partitions) => {
      const giving = ++state.givings
      machine.after(random.int(0, 10), () => {
        if (giving === state.givings && !state.stopped) assign(partitions)
      })
    },
    appended: pump,
    leaving: commit,
  }
  machine.after(random.int(0, 20), () => log.group.join(member))
  return {
    topic: log.topic.name,
    member,
    commit,
    rejoin: () => {
      if (!state.stopped && !log.group.has(member)) log.group.join(member)
    },
    assigned: () => positions.assigned(),
    positions: () => positions.all(),
    partitions: () => log.partitions.length,
    lags: () => new Map(),
    endOffsets: () => options.ask(async () => readEnds(log, positions)),
    resumeAll: () => {
      state.resumes++
      for (const [partition, lane] of lanes.entries()) if (lane.rest === null) wake(partition, lane)
    },
    trouble: () => null,
    stop: async () => {
      commit()
      state.stopped = true
      log.group.leave(member)
      while (lanes.some(({ busy }) => busy)) await machine.wait(10)
    },
  }
}

function endOf({ partitions }: Log, partition: number): number {
  return partitions[partition]?.length ?? 0
}

function fetched({ log, random }: ConsumerOptions, partition: number, from: number): Batch {
  const messages = log.partitions[partition]?.slice(from, from + random.int(1, MAX_MESSAGES)) ?? []
  return { topic: log.topic.name, partition, messages, highWatermark: endOf(log, partition) }
}

/** As `readEnds` of `consumers/run.ts`: places that are not known yet are those of the group. */
function readEnds(log: Log, positions: ReturnType<typeof createPositions>): ReadonlyMap<number, number> {
  for (const partition of positions.assigned()) {
    if (!positions.all().has(partition)) positions.startFrom(partition, log.group.committed(partition))
    positions.align(partition, { low: 0, high: endOf(log, partition) })
  }
  return new Map(log.partitions.map(({ length }, partition) => [partition, length]))
}

function handledBy(verdict: Verdict, length: number): number {
  if (verdict.type === 'done') return length
  return verdict.type === 'partial' ? verdict.handled : 0
}

function pauseOf(verdict: Verdict): number | null {
  if (verdict.type === 'done') return 0
  return verdict.type === 'partial' ? verdict.pauseMs : verdict.ms
}

function said({ topic, partition, messages }: Batch, from: number, verdict: Verdict): string {
  const what =
    verdict.type === 'pause' ? `pause ${verdict.ms} ms, ${verdict.reason}` : JSON.stringify(verdict)
  return `${topic}[${partition}] @${from}+${messages.length}: ${what}`
}
