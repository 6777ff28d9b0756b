import { z } from 'zod'
import {
  DELAY_UNIT_MS,
  type DelayConfig,
  delayField,
  dueTime,
  isUntil,
  isZone,
  MAX_DELAY_MS,
} from '../workflow/duration.js'
import { FIELD_HELP, fieldValue } from '../workflow/field.js'
import type { StepDefinition } from './definition.js'
import { needsOf, ruleData } from './scope.js'

const amount = z
  .strictObject({
    amount: z.number().positive(),
    unit: z.enum(['seconds', 'minutes', 'hours', 'days']),
  })
  .superRefine(({ amount: count, unit }, context) => {
    const ms = count * DELAY_UNIT_MS[unit]
    const message =
      ms > 0 && ms < 1 ? 'must be at least 1 ms' : ms > MAX_DELAY_MS ? 'must be at most 365 days' : null
    if (message !== null) context.addIssue({ code: 'custom', path: ['amount'], message })
  })

const until = z.strictObject({
  until: z.string().refine(isUntil, `must be an ISO 8601 time, or a field: it ${FIELD_HELP}`),
})

const clock = z.strictObject({
  timeOfDay: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/, 'must be a time of day such as "09:00"'),
  weekdays: z.array(z.int().min(1).max(7)).min(1).max(7).optional(),
  timezone: z.string().refine(isZone, `must be the IANA name of a time zone, or a field: it ${FIELD_HELP}`),
})

/** Waits for some time, until a time, or until the clocks of a zone show a time of day. */
export const delay: StepDefinition<'DELAY', DelayConfig> = {
  type: 'DELAY',
  config: z.union([amount, until, clock]),
  branches: () => [],
  needs: (config) => {
    const field = delayField(config)
    return field === null ? { contact: false, execution: false } : needsOf(field.uses)
  },

  decide(config, facts) {
    const { enteredAt, asOf = enteredAt } = facts
    const due = dueTime(config, asOf, (field) => fieldValue(field, ruleData(facts)))
    return due.ok
      ? { type: 'sleep', until: due.at }
      : { type: 'fail', error: { code: 'DELAY_UNUSABLE', message: due.error } }
  },
}
