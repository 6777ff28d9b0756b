import { STEP_TOPICS, type StepTopic } from './workflow/stepTopic.js'

/** Schema names: files of `schemas/`, subjects of the registry. */
export type SchemaName = 'contactEvent' | 'emailEvent' | 'stepDue' | 'timer' | 'executionFact'

export interface Topic {
  /** Without the prefix; the input topic's whole name is configurable. */
  readonly name: string
  readonly schema: SchemaName | 'raw'
  readonly key: 'email' | 'messageId' | 'executionId' | 'original'
  readonly writer: string
  readonly reader: string
  readonly partitions: number
  readonly retentionMs: number
  readonly logAppendTime: boolean
  readonly maxMessageBytes: number
}

export const DAY_MS = 86_400_000
const MAX_MESSAGE_BYTES = 2 * 1024 * 1024

export interface TopologyOptions {
  readonly prefix: string
  /** The whole name of the input topic; default `<prefix>contact-events`. */
  readonly contactEvents: string | null
  readonly partitions: number
  readonly retentionDays: number
}

export interface Topology {
  readonly contactEvents: Topic
  readonly emailEvents: Topic
  readonly steps: Readonly<Record<StepTopic, Topic>>
  readonly timers: Topic
  readonly executions: Topic
  readonly deadLetters: Topic
  readonly all: readonly Topic[]
}

export function stepTopicName(which: StepTopic): string {
  return `steps.${which.toLowerCase().replaceAll('_', '-')}`
}

/** The table of topics: one row each, made once from the options and handed on as a value. */
export function createTopology(options: TopologyOptions): Topology {
  const common = { partitions: options.partitions, logAppendTime: true, maxMessageBytes: MAX_MESSAGE_BYTES }
  const inner = { ...common, key: 'executionId', retentionMs: 30 * DAY_MS } as const
  const row = <Rest extends Partial<Topic>>(name: string, writer: string, reader: string, rest: Rest) => ({
    ...rest,
    name: `${options.prefix}${name}`,
    writer,
    reader,
  })
  const contactEvents: Topic = {
    ...row('contact-events', 'API, any producer, engine', 'consumers/contactEvents', common),
    ...(options.contactEvents === null ? {} : { name: options.contactEvents }),
    schema: 'contactEvent',
    key: 'email',
    retentionMs: options.retentionDays * DAY_MS,
  }
  const emailEvents = row('email-events', 'bridges to mail providers', 'consumers/emailEvents', {
    ...common,
    schema: 'emailEvent' as const,
    key: 'messageId' as const,
    retentionMs: 30 * DAY_MS,
  })
  const stepRow = (which: StepTopic): Topic =>
    row(stepTopicName(which), 'engine', 'consumers/steps', { ...inner, schema: 'stepDue' as const })
  const steps = stepTopics(stepRow)
  const timers = row('timers', 'engine', 'consumers/timers', { ...inner, schema: 'timer' as const })
  const executions = row('executions', 'engine', 'anybody', { ...inner, schema: 'executionFact' as const })
  const parked = { ...common, schema: 'raw', key: 'original', retentionMs: 90 * DAY_MS } as const
  const deadLetters = row('dead-letters', 'consumers', 'consumers/deadLetters', parked)
  const all = [contactEvents, emailEvents, ...Object.values(steps), timers, executions, deadLetters]
  return { contactEvents, emailEvents, steps, timers, executions, deadLetters, all }
}

function stepTopics(made: (which: StepTopic) => Topic): Topology['steps'] {
  return Object.fromEntries(STEP_TOPICS.map((which) => [which, made(which)])) as Record<StepTopic, Topic>
}

/** The table with the partition counts that the broker really has. */
export function withPartitions(topology: Topology, counts: ReadonlyMap<string, number>): Topology {
  const counted = (topic: Topic): Topic => ({
    ...topic,
    partitions: counts.get(topic.name) ?? topic.partitions,
  })
  return {
    contactEvents: counted(topology.contactEvents),
    emailEvents: counted(topology.emailEvents),
    steps: stepTopics((which) => counted(topology.steps[which])),
    timers: counted(topology.timers),
    executions: counted(topology.executions),
    deadLetters: counted(topology.deadLetters),
    all: topology.all.map(counted),
  }
}
