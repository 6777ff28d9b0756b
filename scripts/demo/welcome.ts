import type { WorkflowPlan } from '../workflows.js'

/** How long the demo's workflow waits for a click, in seconds. */
export const CLICK_WITHIN_S = 4

/** A welcome series: pro users get a webhook, the others a nudge if they do not click in time. */
export function welcomeSeries(sink: string): WorkflowPlan {
  return {
    name: 'Welcome series',
    eventName: 'signed_up',
    steps: {
      'Is pro?': {
        type: 'CONDITION',
        config: { field: 'contact.data.plan', operator: 'equals', value: 'pro' },
      },
      'A moment': { type: 'DELAY', config: { amount: 1, unit: 'seconds' } },
      'Clicked?': { type: 'WAIT_FOR_EVENT', config: { eventName: 'clicked', timeout: CLICK_WITHIN_S } },
      Engaged: { type: 'UPDATE_CONTACT', config: { data: { engaged: true } } },
      'Tell sales': { type: 'WEBHOOK', config: { url: sink } },
      'Done, engaged': { type: 'EXIT', config: { reason: 'engaged' } },
      'Done, quiet': { type: 'EXIT', config: { reason: 'quiet' } },
    },
    arrows: [
      ['trigger', 'Is pro?'],
      ['Is pro?', 'Tell sales', 'yes'],
      ['Is pro?', 'A moment', 'no'],
      ['A moment', 'Clicked?'],
      ['Clicked?', 'Engaged', 'event'],
      ['Clicked?', 'Done, quiet', 'timeout'],
      ['Engaged', 'Tell sales'],
      ['Tell sales', 'Done, engaged'],
    ],
  }
}

export interface DemoContact {
  readonly email: string
  readonly plan: 'pro' | 'free'
  readonly clicks: boolean
  /** Where this contact must end. */
  readonly ends: 'engaged' | 'quiet'
}

/** Every third contact is pro; of the others every second one clicks. */
export function demoContacts(count: number): DemoContact[] {
  return Array.from({ length: count }, (_, index) => {
    const email = `contact-${index}@example.com`
    if (index % 3 === 0) return { email, plan: 'pro', clicks: false, ends: 'engaged' }
    const clicks = index % 2 === 0
    return { email, plan: 'free', clicks, ends: clicks ? 'engaged' : 'quiet' }
  })
}
