import type { Laned } from './lane.js'
import { STEP_KINDS, type StepKind } from './step.js'

/** Live executions have a topic for each kind of step; bulk ones one for all kinds, read at a pace of its own. */
export const STEP_TOPICS = [...STEP_KINDS, 'BULK'] as const

export type StepTopic = (typeof STEP_TOPICS)[number]

/** The topic that a step which can run is sent to. */
export function stepTopicOf(kind: StepKind, { lane }: Laned): StepTopic {
  return lane === 'bulk' ? 'BULK' : kind
}
