import { createRenderer } from '../../src/effects/liquid.js'
import type {
  CallResult,
  EffectTools,
  HttpCall,
  Mail,
  Mailer,
  MailTracking,
  MessageRecord,
  Template,
} from '../../src/effects/ports.js'
import type { DecideTools } from '../../src/steps/definition.js'
import type { TemplateId } from '../../src/workflow/ids.js'
import type { Step } from '../../src/workflow/step.js'
import { NOW, PROJECT } from './effectFacts.js'

export const TEMPLATE = '66666666-6666-8666-8666-666666666666' as TemplateId

export function aTemplate(more: Partial<Template> = {}): Template {
  return {
    id: TEMPLATE,
    projectId: PROJECT,
    name: 'Welcome',
    subject: 'Hi {{ contact.data.firstName }}',
    body: '<p>Hi {{ firstName }}</p>',
    text: null,
    from: 'team@shop.example',
    fromName: null,
    replyTo: null,
    type: 'TRANSACTIONAL',
    createdAt: NOW,
    updatedAt: NOW,
    ...more,
  }
}

type Sent = Awaited<ReturnType<Mailer['send']>>

export interface Given {
  readonly step: Step
  readonly template?: Template | null
  readonly tracking?: MailTracking
  readonly answer?: CallResult
  readonly sent?: Sent
  /** Which of the message stores fail, counted from 0. */
  readonly lostRecords?: readonly number[]
  /** What a failing store throws. */
  readonly thrown?: unknown
  readonly mailFrom?: string
}

export interface World {
  readonly tools: DecideTools & EffectTools
  readonly calls: HttpCall[]
  readonly mails: Mail[]
  readonly records: MessageRecord[]
}

/** An outside world that answers as given and notes what was asked of it. */
export function world(given: Given): World {
  const calls: HttpCall[] = []
  const mails: Mail[] = []
  const records: MessageRecord[] = []
  let saves = 0
  const tools: DecideTools & EffectTools = {
    step: given.step,
    renderer: createRenderer(),
    http: {
      async call(request) {
        calls.push(request)
        return (
          given.answer ?? { type: 'answered', statusCode: 200, response: null, retryAfterMs: null, ms: 1 }
        )
      },
    },
    mailer: {
      async send(mail) {
        mails.push(mail)
        return given.sent ?? { type: 'sent', ms: 1 }
      },
    },
    templates: { find: async () => (given.template === undefined ? aTemplate() : given.template) },
    messages: {
      async save(record) {
        if (given.lostRecords?.includes(saves++) === true)
          throw given.thrown ?? new Error('the store is away')
        records.push(record)
      },
      find: async () => [],
    },
    links: {
      unsubscribe: (_project, contact) => `https://m.example/unsubscribe/${contact}`,
      subscribe: (_project, contact) => `https://m.example/subscribe/${contact}`,
      manage: (_project, contact) => `https://m.example/preferences/${contact}`,
    },
    tracking: given.tracking ?? null,
    mailFrom: given.mailFrom ?? 'hello@millrace.example',
  }
  return { tools, calls, mails, records }
}
