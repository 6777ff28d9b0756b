import type { TopicFacts } from '../../producers/inspectTopics.js'
import type { IndexFact } from '../../src/store/mongo/inspectIndexes.js'
import { groupBy } from '../../src/workflow/groupBy.js'

/** `problem` makes the command fail, `warning` does not. */
export interface Finding {
  readonly check: string
  readonly state: 'ok' | 'warning' | 'problem'
  readonly found: string
  /** What to do about it; empty where nothing need be done. */
  readonly advice: string
}

export const ok = (check: string, found: string): Finding => ({ check, state: 'ok', found, advice: '' })
export const problem = (check: string, found: string, advice: string): Finding => ({
  check,
  state: 'problem',
  found,
  advice,
})
const warning = (check: string, found: string, advice: string): Finding => ({
  check,
  state: 'warning',
  found,
  advice,
})

/** `found` and `advice` of what differs, or one line that nothing does. */
function orOk(check: string, findings: readonly Finding[], fine: string): Finding[] {
  return findings.length === 0 ? [ok(check, fine)] : [...findings]
}

const TIME_TYPE = 'message.timestamp.type'

export function judgeTopics(facts: readonly TopicFacts[], allowCreateTime: boolean): Finding[] {
  const missing = facts.filter(({ there }) => there === null).map(({ topic }) => topic.name)
  const findings = facts.flatMap((one) => judgeTopic(one, allowCreateTime))
  if (missing.length > 0) {
    const advice = 'Start Millrace once: it creates what is missing.'
    findings.unshift(problem('topics', `missing: ${missing.join(', ')}`, advice))
  }
  return orOk('topics', findings, `${facts.length} topics as declared`)
}

function judgeTopic({ topic, there }: TopicFacts, allowCreateTime: boolean): Finding[] {
  const { name } = topic
  if (there === null) return []
  const findings: Finding[] = []
  if (there.leaderless > 0)
    findings.push(
      problem('topics', `${name}: ${there.leaderless} partitions have no leader`, 'Look after the brokers.'),
    )
  if (there.partitions !== topic.partitions) findings.push(otherPartitions(topic, there.partitions))
  const time = there.configs.get(TIME_TYPE)
  if (topic.logAppendTime && time !== 'LogAppendTime' && !allowCreateTime)
    findings.push(
      problem('topics', `${name} has ${TIME_TYPE}=${time}`, alter(name, TIME_TYPE, 'LogAppendTime')),
    )
  return [...findings, ...judgeSizes({ topic, there })]
}

function otherPartitions({ name, partitions }: TopicFacts['topic'], found: number): Finding {
  const advice =
    found > partitions
      ? `Set PARTITIONS=${found}; ${found} are used meanwhile.`
      : `Add partitions to the topic, or set PARTITIONS=${found}; ${found} are used meanwhile.`
  return warning('topics', `${name} has ${found} partitions, not ${partitions}`, advice)
}

/** Longer retention and larger messages than declared do no harm. */
function judgeSizes({ topic, there }: Pick<TopicFacts, 'topic' | 'there'>): Finding[] {
  const declared = [
    ['retention.ms', topic.retentionMs, 'what is still needed would be removed'],
    ['max.message.bytes', topic.maxMessageBytes, 'larger messages would be refused'],
  ] as const
  return declared.flatMap(([config, least, why]) => {
    const value = Number(there?.configs.get(config) ?? least)
    const enough = value === -1 || value >= least
    const found = `${topic.name} has ${config}=${value}, less than ${least}: ${why}`
    return enough ? [] : [problem('topics', found, alter(topic.name, config, String(least)))]
  })
}

function alter(topic: string, config: string, value: string): string {
  return `kafka-configs --alter --entity-type topics --entity-name ${topic} --add-config ${config}=${value}`
}

const MUCH_LAG = 10_000

/** Topics that a group of ours reads; the others have no lag. */
export function judgeLag(facts: readonly TopicFacts[]): Finding[] {
  const read = facts.filter(({ topic }) => topic.reader.startsWith('consumers/'))
  const total = read.flatMap(lagsOf).reduce((sum, lag) => sum + lag, 0)
  return orOk('lag', read.flatMap(judgeTopicLag), `${total} messages to handle`)
}

function lagsOf({ places }: TopicFacts): number[] {
  return places.map(({ low, high, committed }) => high - Math.max(committed ?? low, low))
}

function judgeTopicLag(facts: TopicFacts): Finding[] {
  const { topic, places } = facts
  const lost = places.filter(({ low, committed }) => committed !== null && committed < low)
  const lag = lagsOf(facts).reduce((sum, one) => sum + one, 0)
  const findings: Finding[] = []
  if (lost.length > 0) {
    const which = lost.map(({ partition }) => partition).join(', ')
    const found = `${topic.name}: retention removed messages of partition ${which} that were not handled`
    findings.push(
      problem('lag', found, 'Replay the time from the source; give the topic a longer retention.'),
    )
  }
  if (lag > MUCH_LAG) {
    const advice = 'Is an engine running? Then start more processes, at most one a partition.'
    findings.push(warning('lag', `${topic.name}: ${lag} messages to handle`, advice))
  }
  return findings
}

export function judgeIndexes(wrong: readonly IndexFact[]): Finding[] {
  const advice = 'Start Millrace once: it makes what is missing. Drop an index of this key that is another.'
  const findings = [...groupBy(wrong, ({ collection }) => collection)].map(([collection, indexes]) => {
    const keys = indexes.map(({ key }) => Object.keys(key).join('+'))
    return problem('indexes', `${collection} lacks ${keys.join(', ')}`, advice)
  })
  return orOk('indexes', findings, 'all there')
}

const SKEW_MS = 1_000
const GRAVE_SKEW_MS = 60_000

/** `aheadMs`: by how much that clock is before this machine's. */
export function judgeClock(whose: string, aheadMs: number): Finding {
  const found = `${whose} is ${Math.round(Math.abs(aheadMs))} ms ${aheadMs < 0 ? 'behind' : 'ahead of'} this machine`
  if (Math.abs(aheadMs) < SKEW_MS) return ok('clocks', found)
  const advice =
    'Run NTP on every machine. Nothing is early or lost (MongoDB’s clock counts), but times from the broker are only as good as it.'
  return Math.abs(aheadMs) < GRAVE_SKEW_MS
    ? warning('clocks', found, advice)
    : problem('clocks', found, advice)
}

const STALE_MS = 60_000

/** Up to when each partition of the input was handled; a timeout of a wait is taken against the least of them. */
export function judgeProgress(partitions: number, passed: ReadonlyMap<number, Date>, now: Date): Finding {
  const ages = Array.from({ length: partitions }, (_, partition) => {
    const at = passed.get(partition)
    return { partition, ageMs: at === undefined ? null : now.getTime() - at.getTime() }
  })
  const stale = ages.filter(({ ageMs }) => ageMs === null || ageMs > STALE_MS)
  if (stale.length === 0) return ok('progress', 'every partition of the input is read')
  const which = stale.map(({ partition }) => partition).join(', ')
  const advice = 'Start an engine process (ROLES=engine). Timeouts of waits are held back until then.'
  return problem('progress', `nobody reads partition ${which} of the input`, advice)
}
