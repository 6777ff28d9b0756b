import type { Place } from '../../src/engine/advance.js'
import type { Change } from '../../src/workflow/change.js'
import type { JsonObject } from '../../src/workflow/json.js'
import { aDefinition, compiled, stepAt } from './definitions.js'
import { aContact, someFacts } from './facts.js'

export const isPro: JsonObject = { field: 'contact.data.plan', operator: 'equals', value: 'pro' }
const isLarge: JsonObject = { field: 'event.total', operator: 'greaterThan', value: 10 }

/** Conditions on the contact and on the event, an update, a pause and an end. */
export const flow = compiled(
  aDefinition(
    {
      first: ['CONDITION', isPro],
      second: ['CONDITION', isPro],
      large: ['CONDITION', isLarge],
      broken: ['CONDITION', { rule: { in: ['x', { var: 'event.odd' }] } }],
      mark: ['UPDATE_CONTACT', { data: { seen: true } }],
      nap: ['DELAY', { duration: '1h' }],
      bye: ['EXIT', { reason: 'enough' }],
    },
    [
      ['first', 'second', { branch: 'yes' }],
      ['first', 'bye', { branch: 'no' }],
      ['second', 'nap', { branch: 'yes' }],
      ['second', 'large', { branch: 'no' }],
      ['large', 'bye'],
      ['mark', 'first'],
      ['nap', 'bye'],
    ],
  ),
)

/** `plan` null: the contact was not read. */
export function at(key: string, plan: string | null = 'pro', more: Partial<Place> = {}): Place {
  const contact = plan === null ? null : aContact({ data: { plan } })
  return {
    compiled: flow,
    at: stepAt(flow, key),
    facts: someFacts({ contact }),
    tries: 0,
    token: '',
    ...more,
  }
}

export const yes = { type: 'done', branch: 'yes' } as const
export const no = { type: 'done', branch: 'no' } as const
/** The steps that a change leaves. */
export const left = ({ entries }: Change) =>
  entries.map(({ key, branch, chained = false }) => `${key} ${branch}${chained ? ' chained' : ''}`)
