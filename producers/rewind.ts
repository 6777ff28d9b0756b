import { MillraceError, messageOf } from '../src/errors.js'
import { type Admin, connectWithin, type Kafka } from './client.js'

export interface RewindOptions {
  readonly kafka: Kafka
  readonly brokers: readonly string[]
  readonly patienceMs: number
  /** A topic that the group of the same name reads. */
  readonly topic: string
  readonly to: Date
}

/**
 * Sets a topic's group back (or forth) to the first messages that were appended at `to` or later; answers the
 * places by partition. Throws CONFLICT while somebody is in the group: who reads now would commit over it.
 */
export async function rewindGroup(options: RewindOptions): Promise<ReadonlyMap<number, string>> {
  const { kafka, topic, to } = options
  const admin = kafka.admin()
  await connectWithin(() => admin.connect(), options)
  try {
    await refuseMembers(admin, topic)
    const partitions = await admin.fetchTopicOffsetsByTimestamp(topic, to.getTime())
    await admin.setOffsets({ groupId: topic, topic, partitions })
    return new Map(partitions.map(({ partition, offset }) => [partition, offset]))
  } catch (error) {
    if (error instanceof MillraceError) throw error
    throw new MillraceError('UNREACHABLE', `${topic} cannot be set back: ${messageOf(error)}`, {
      cause: error,
    })
  } finally {
    await admin.disconnect()
  }
}

async function refuseMembers(admin: Admin, groupId: string): Promise<void> {
  const { groups } = await admin.describeGroups([groupId])
  const members = groups.reduce((sum, group) => sum + group.members.length, 0)
  if (members === 0) return
  throw new MillraceError('CONFLICT', `${members} processes read ${groupId}: stop every engine first.`)
}
