import { z } from 'zod'
import { REPLAY_STATUSES } from '../../store/ports/replays.js'
import type { ReplayId, WorkflowId } from '../../workflow/ids.js'
import { idOf, shownId, shownTime } from './common.js'

const time = z.iso
  .datetime({ offset: true, error: 'must be an ISO 8601 time with a zone' })
  .transform((text) => new Date(text))
  .meta({ type: 'string', format: 'date-time', example: '2026-03-01T00:00:00.000Z' })

const timers = z.enum(['asIs', 'fromEvent'])

export const replayParams = z.object({ id: idOf<WorkflowId>(), replayId: idOf<ReplayId>() })

/** What the range of a replay can be read from, whatever else a body holds. */
export const replayTimes = z.object({ from: time, to: time.optional() })

export const replayBody = z
  .strictObject({
    from: time.meta({ description: 'Broker time; events from then on' }),
    to: time.optional().meta({ description: 'Broker time; events before then. Default, and latest: now' }),
    mode: z.enum(['missing', 'rerun']),
    effects: z.enum(['send', 'skip']).default('skip'),
    timers: timers.default('asIs').meta({
      description:
        'What delays and time-outs count from: when a step is entered (`asIs`), or the time of the event ' +
        '(`fromEvent`); what is past then is taken at once, in order',
    }),
    dryRun: z.boolean().default(false),
    ratePerSecond: z.int().min(1).max(100_000).optional(),
  })
  .meta({ id: 'NewReplay', example: { from: '2026-03-01T00:00:00.000Z', mode: 'missing', dryRun: true } })

const noTime = shownTime.nullable().meta({ type: ['string', 'null'], format: 'date-time' })

export const shownReplay = z
  .object({
    id: shownId,
    workflowId: shownId,
    status: z.enum(REPLAY_STATUSES),
    from: shownTime,
    to: shownTime,
    mode: z.enum(['missing', 'rerun']),
    effects: z.enum(['send', 'skip']),
    timers,
    dryRun: z.boolean(),
    ratePerSecond: z.int().nullable(),
    scanned: z.int().meta({ description: 'Events read in the range' }),
    matched: z.int().meta({ description: "Would start the workflow, after its trigger's rule" }),
    started: z.int().meta({ description: 'In a dry run: would be started' }),
    alreadyThere: z.int(),
    skipped: z.int().meta({ description: 'Re-entry is off, or the contact is gone' }),
    progress: z.number().min(0).max(1),
    missingBefore: noTime.meta({
      description: 'Events of the range before this time may be gone from the topic',
    }),
    error: z.string().nullable(),
    createdAt: shownTime,
    completedAt: noTime,
  })
  .meta({ id: 'Replay' })
