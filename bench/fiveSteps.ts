import type { WorkflowPlan } from '../scripts/workflows.js'

/** TRIGGER, CONDITION, UPDATE_CONTACT, CONDITION, EXIT: the flow that all figures are about. */
export const FIVE_STEPS: WorkflowPlan = {
  name: 'Five steps',
  eventName: 'signed_up',
  allowReentry: true,
  steps: {
    'Is pro?': {
      type: 'CONDITION',
      config: { field: 'contact.data.plan', operator: 'equals', value: 'pro' },
    },
    Mark: { type: 'UPDATE_CONTACT', config: { data: { stage: 'seen' } } },
    'Was seen?': {
      type: 'CONDITION',
      config: { field: 'contact.data.stage', operator: 'equals', value: 'seen' },
    },
    Done: { type: 'EXIT', config: {} },
  },
  arrows: [
    ['trigger', 'Is pro?'],
    ['Is pro?', 'Mark', 'yes'],
    ['Is pro?', 'Mark', 'no'],
    ['Mark', 'Was seen?'],
    ['Was seen?', 'Done', 'yes'],
  ],
}
