import type { WorkflowPlan } from '../workflows.js'

/** Seconds of the DELAY; it may never end earlier. */
export const DELAY_S = 2
/** Time-out of the wait, in seconds: answers come well before it, or never. */
export const WAIT_S = 12
/** Time limit of a webhook, in seconds: long enough that only a fault makes it pass. */
export const CALL_S = 10
export const ANSWER = 'fault_answered'

export const FLOWS = ['linear', 'condition', 'delay', 'wait'] as const
export type Flow = (typeof FLOWS)[number]

/** The steps that an execution of a flow must have left, in order, and by which branch where it matters. */
export type Path = readonly (readonly [string, string | null])[]

const done = { type: 'EXIT', config: {} }

/** Every flow has its own event, `fault_<flow>`, and may be entered again and again. */
export function eventNameOf(flow: Flow): string {
  return `fault_${flow}`
}

/** The four workflows of the load, calling the two sinks. */
export function planOf(flow: Flow, to: { readonly url: string; readonly templateId: string }): WorkflowPlan {
  const call = { type: 'WEBHOOK', config: { url: to.url, timeoutSeconds: CALL_S, retries: 8 } }
  const common = { name: `Fault campaign: ${flow}`, eventName: eventNameOf(flow), allowReentry: true }
  switch (flow) {
    case 'linear':
      return { ...common, steps: { Call: call, Done: done }, arrows: chain('Call', 'Done') }
    case 'delay':
      return {
        ...common,
        steps: {
          Pause: { type: 'DELAY', config: { amount: DELAY_S, unit: 'seconds' } },
          Call: call,
          Done: done,
        },
        arrows: chain('Pause', 'Call', 'Done'),
      }
    case 'condition':
      return { ...common, ...conditionGraph(to.templateId) }
    case 'wait':
      return { ...common, ...waitGraph(call) }
  }
}

function chain(...keys: string[]): WorkflowPlan['arrows'] {
  return keys.map((key, index) => [keys[index - 1] ?? 'trigger', key])
}

function conditionGraph(templateId: string): Pick<WorkflowPlan, 'steps' | 'arrows'> {
  return {
    steps: {
      'Is pro?': {
        type: 'CONDITION',
        config: { field: 'contact.data.plan', operator: 'equals', value: 'pro' },
      },
      Mail: { type: 'SEND_EMAIL', config: { templateId, retries: 8 } },
      Mark: { type: 'UPDATE_CONTACT', config: { data: { seen: true } } },
      Done: done,
    },
    arrows: [
      ['trigger', 'Is pro?'],
      ['Is pro?', 'Mail', 'yes'],
      ['Is pro?', 'Mark', 'no'],
      ['Mail', 'Done'],
      ['Mark', 'Done'],
    ],
  }
}

function waitGraph(call: WorkflowPlan['steps'][string]): Pick<WorkflowPlan, 'steps' | 'arrows'> {
  return {
    steps: {
      'Answer?': {
        type: 'WAIT_FOR_EVENT',
        config: { eventName: ANSWER, timeout: WAIT_S, since: 'start' },
      },
      Call: call,
      Done: done,
    },
    arrows: [
      ['trigger', 'Answer?'],
      ['Answer?', 'Call', 'event'],
      ['Answer?', 'Done', 'timeout'],
      ['Call', 'Done'],
    ],
  }
}

/** What became of an execution's own facts: the plan of its contact, whether its wait was answered. */
export interface Facts {
  readonly isPro: boolean
  readonly answered: boolean
}

/** An independent model of the four flows: where an execution must have gone. */
export function pathOf(flow: Flow, { isPro, answered }: Facts): Path {
  const called = ['Call', 'success'] as const
  const end = ['Done', null] as const
  switch (flow) {
    case 'linear':
      return [called, end]
    case 'delay':
      return [['Pause', null], called, end]
    case 'condition':
      return isPro ? [['Is pro?', 'yes'], ['Mail', null], end] : [['Is pro?', 'no'], ['Mark', null], end]
    case 'wait':
      return answered ? [['Answer?', 'event'], called, end] : [['Answer?', 'timeout'], end]
  }
}
