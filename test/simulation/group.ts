import type { Random } from './random.js'
import type { VirtualTime } from './time.js'

/** One consumer of a group, as the group sees it. */
export interface Member {
  readonly name: string
  /** Does it answer? Until a silent member is given up, nobody gets its partitions. */
  answers(): boolean
  /** The group was given out anew: these are the member's from now on, each from where it is committed. */
  given(partitions: readonly number[]): void
  appended(partition: number): void
  /** The member's last chance to commit before its partitions may go to others. */
  leaving(): void
}

/** Who reads which partition, and how far is committed. */
export interface Group {
  join(member: Member): void
  /** By itself, or because nothing was heard of it for too long. */
  leave(member: Member): void
  has(member: Member): boolean
  committed(partition: number): number
  /** Refused from who does not own the partition (any more). */
  commit(member: Member, partition: number, offset: number): void
  /** Somebody sets the group's place back to the beginning. */
  rewind(): void
  appended(partition: number): void
}

export interface GroupOptions {
  readonly topic: string
  readonly partitions: number
  readonly time: VirtualTime
  readonly random: Random
  readonly trace: (text: () => string) => void
}

export function createGroup({ topic, partitions, time, random, trace }: GroupOptions): Group {
  const members: Member[] = []
  const all = Array.from({ length: partitions }, (_, partition) => partition)
  const places = all.map(() => 0)
  let owners: (Member | undefined)[] = []
  let planned = false

  const giveOut = () => {
    planned = false
    for (const member of members) if (random.chance(0.7)) member.leaving()
    const first = random.int(0, 1)
    owners = all.map((partition) => members[(partition + first) % Math.max(1, members.length)])
    trace(() => `${topic}: ${owners.map((owner) => owner?.name ?? 'nobody').join(', ')} from ${places}`)
    for (const member of members) member.given(all.filter((partition) => owners[partition] === member))
  }
  const giveOutOnceAllAnswer = () => {
    if (members.every((member) => member.answers())) giveOut()
    else time.after(200, giveOutOnceAllAnswer)
  }
  const giveOutSoon = () => {
    if (planned) return
    planned = true
    time.after(random.int(5, 60), giveOutOnceAllAnswer)
  }
  return {
    join: (member) => {
      members.push(member)
      giveOutSoon()
    },
    leave: (member) => {
      if (!members.includes(member)) return
      members.splice(members.indexOf(member), 1)
      giveOutSoon()
    },
    has: (member) => members.includes(member),
    committed: (partition) => places[partition] ?? 0,
    commit: (member, partition, offset) => {
      if (owners[partition] === member && members.includes(member)) places[partition] = offset
    },
    rewind: () => {
      trace(() => `${topic}: set back to the beginning`)
      places.fill(0)
      giveOutSoon()
    },
    appended: (partition) => {
      for (const member of members) member.appended(partition)
    },
  }
}
