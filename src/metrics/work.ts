import type { Announcer } from '../events.js'
import { STEP_KINDS } from '../workflow/step.js'
import type { Parts } from './parts.js'

const DELIVERIES = ['first', 'repeated']
const OUTCOMES = ['moved', 'claimed', 'waiting', 'completed', 'failed']

/** What comes in, what is done with it, what goes out. */
export function countWork(announcer: Announcer, { counter }: Parts): void {
  const recorded = counter('events_total', 'Contact events handled', ['delivery'])
  const messages = counter('messages_total', 'Messages handled', ['topic'])
  const started = counter('executions_started_total', 'Executions started')
  const ended = counter('executions_ended_total', 'Executions ended', ['status'])
  const trimmed = counter('executions_trimmed_total', 'Ended executions removed because their time was over')
  const steps = counter('steps_total', 'Steps handled, by where their executions stand then', [
    'kind',
    'outcome',
  ])
  // The first event of a new system is seen to come in: a series that begins at one shows no increase.
  for (const status of ['COMPLETED', 'CANCELLED', 'FAILED']) ended.inc({ status }, 0)
  for (const delivery of DELIVERIES) recorded.inc({ delivery }, 0)
  for (const kind of STEP_KINDS) for (const outcome of OUTCOMES) steps.inc({ kind, outcome }, 0)
  announcer.on('events.recorded', ({ fresh, repeated }) => {
    recorded.inc({ delivery: 'first' }, fresh)
    recorded.inc({ delivery: 'repeated' }, repeated)
  })
  announcer.on('batch.handled', ({ topic, messages: count }) => messages.inc({ topic }, count))
  announcer.on('executions.started', ({ count }) => started.inc(count))
  announcer.on('executions.ended', ({ count, status }) => ended.inc({ status }, count))
  announcer.on('executions.trimmed', ({ count }) => trimmed.inc(count))
  announcer.on('steps.handled', ({ kind, outcome, count }) => steps.inc({ kind, outcome }, count))
}

/** Calls of the outside world: each try, and those that were not the first for their step. */
export function countEffects(announcer: Announcer, { counter, seconds }: Parts): void {
  const tries = counter('effects_total', 'Tries of outside calls', ['kind', 'outcome'])
  const repeats = counter('effect_repeats_total', 'Tries that were not the first of their step', ['kind'])
  const duration = seconds('effect_seconds', 'Time of an outside call', ['kind', 'outcome'])
  announcer.on('effect.called', ({ kind, outcome, ms, tries: count }) => {
    tries.inc({ kind, outcome })
    if (count > 1) repeats.inc({ kind })
    duration.observe({ kind, outcome }, ms / 1000)
  })
}
