import { handledSteps, type Made } from '../../src/engine/handledSteps.js'
import type { EngineDeps } from '../deps.js'
import type { PlannedStep } from './plan.js'

type AnnounceDeps = Pick<EngineDeps, 'announcer' | 'clock'>

/** One announcement an outcome, not a step. */
export function announceSteps(
  { announcer }: Pick<AnnounceDeps, 'announcer'>,
  kind: string | null,
  made: readonly Made[],
): void {
  for (const alike of handledSteps(made, kind)) announcer.announce('steps.handled', alike)
}

/** How long each step took from when it was entered: queueing and handling. */
export function announceTimes(
  { announcer, clock }: AnnounceDeps,
  kind: string,
  handled: readonly PlannedStep[],
): void {
  const now = clock.now().getTime()
  const ms = handled.map(({ due }) => Math.max(0, now - due.enteredAt.getTime()))
  if (ms.length > 0) announcer.announce('steps.timed', { kind, ms })
}
