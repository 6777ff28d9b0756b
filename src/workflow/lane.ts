/** Live executions never stand behind what a replay started: bulk has a topic and a pace of its own. */
export type Lane = 'live' | 'bulk'

/** Something that belongs to an execution of a lane; absent: live. */
export interface Laned {
  readonly lane?: Lane
}

const LIVE: Laned = {}
const BULK: Laned = { lane: 'bulk' }

/** The lane of something, to be spread into what comes of it. */
export function laneOf({ lane }: Laned): Laned {
  return lane === 'bulk' ? BULK : LIVE
}
