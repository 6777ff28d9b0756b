import {
  type CallFailure,
  type EffectEvent,
  type EffectResult,
  type EffectTools,
  type Template,
  TemplateError,
} from '../effects/ports.js'
import type { Failure } from '../workflow/execution.js'
import { derivedId, type EventRecordId, parseId, type TemplateId } from '../workflow/ids.js'
import { addressFault } from '../workflow/mailAddress.js'
import type { DecideTools, Facts, StepDefinition } from './definition.js'
import { type Letter, makeLetter, recordOf } from './letter.js'
import { type SendEmailConfig, sendEmailConfig } from './sendEmailConfig.js'

/** Whole time of one try: connection, greeting, envelope, data. */
const TIMEOUT_MS = 30_000

/** Sends the contact, or a fixed address, a mail made from a saved template. */
export const sendEmail: StepDefinition<'SEND_EMAIL', SendEmailConfig> = {
  type: 'SEND_EMAIL',
  config: sendEmailConfig,
  branches: () => [],
  needs: () => ({ contact: true, execution: true }),

  decide(config, facts, { step }) {
    const to = recipientOf(config, facts)
    if (templateIdOf(config, step) === null)
      return failed('CONFIG_INVALID', `step "${step.name}" has no template`)
    const fault = addressFault(to)
    if (fault !== null) return failed('RECIPIENT_INVALID', `recipient ${fault}`)
    return { type: 'call', timeoutMs: TIMEOUT_MS, host: null, retries: config.retries }
  },

  async effect(config, facts, tools) {
    try {
      return await send(config, facts, tools)
    } catch (error) {
      if (error instanceof TemplateError) return failed('TEMPLATE_FAILED', error.message)
      // Nothing was sent yet: only the stores throw, and only before the call.
      return again({ code: 'STORE_AWAY', message: error instanceof Error ? error.message : String(error) })
    }
  },
}

type Tools = DecideTools & EffectTools

async function send(config: SendEmailConfig, facts: Facts, tools: Tools): Promise<EffectResult> {
  const { contact, execution } = facts
  const templateId = templateIdOf(config, tools.step)
  if (contact === null) return failed('CONTACT_MISSING', 'contact does not exist any more')
  const template = templateId === null ? null : await tools.templates.find(execution.projectId, templateId)
  if (template === null) return failed('TEMPLATE_NOT_FOUND', `template ${templateId} does not exist`)
  const letter = makeLetter({ template, contact, to: recipientOf(config, facts), facts, tools })
  if (template.type === 'MARKETING' && !contact.subscribed) {
    await tools.messages.save(recordOf(letter, facts, { status: 'SKIPPED', reason: 'unsubscribed' }))
    return { type: 'skipped', branch: null, reason: 'unsubscribed' }
  }
  await tools.messages.save(recordOf(letter, facts, { status: 'QUEUED', reason: null }))
  return deliver({ letter, template, facts, tools })
}

interface Delivery {
  readonly letter: Letter
  readonly template: Template
  readonly facts: Facts
  readonly tools: Tools
}

async function deliver(delivery: Delivery): Promise<EffectResult> {
  const { letter, tools } = delivery
  const result = await tools.mailer.send({ ...letter.mail, timeoutMs: TIMEOUT_MS })
  return result.type === 'failed' ? undelivered(delivery, result) : delivered(delivery, result.type)
}

async function delivered(delivery: Delivery, how: 'sent' | 'captured'): Promise<EffectResult> {
  const { to, messageId, subject, html, text } = delivery.letter.mail
  const captured = how === 'captured' ? { html, text } : null
  const noted = await note(delivery, { status: 'SENT', reason: null, captured })
  const output = { messageId, to, subject, ...(noted ? {} : { recorded: false }) }
  return { type: 'done', branch: null, output, events: [sentEvent(delivery)] }
}

async function undelivered(delivery: Delivery, failure: CallFailure): Promise<EffectResult> {
  const noted = await note(delivery, { status: 'FAILED', reason: failure.message })
  const message = noted ? failure.message : `${failure.message} (not recorded in messages)`
  const code = failure.unknown ? 'OUTCOME_UNKNOWN' : failure.retriable ? 'UNREACHABLE' : 'MAIL_REFUSED'
  return failure.retriable ? again({ code, message }) : failed(code, message)
}

/** What became of the mail is known by now; a store that is away must not make the mail go out again. */
function note({ letter, facts, tools }: Delivery, change: Parameters<typeof recordOf>[2]): Promise<boolean> {
  return tools.messages.save(recordOf(letter, facts, change)).then(
    () => true,
    () => false,
  )
}

function sentEvent({ letter, template, facts, tools }: Delivery): EffectEvent {
  const { contact, mail } = letter
  const { execution, workflow } = facts
  const { step } = tools
  const name = 'email.sent'
  return {
    eventId: derivedId<EventRecordId>(['system', execution.id, step.id, name]),
    projectId: execution.projectId,
    contactId: contact.id,
    email: contact.email,
    name,
    data: {
      messageId: mail.messageId,
      to: mail.to,
      subject: mail.subject,
      templateId: template.id,
      workflowId: workflow.id,
      executionId: execution.id,
      stepId: step.id,
    },
    occurredAt: facts.now,
  }
}

function recipientOf({ recipient }: SendEmailConfig, { contact }: Facts): string {
  return (recipient.type === 'CUSTOM' ? recipient.customEmail : contact?.email) ?? ''
}

function templateIdOf(config: SendEmailConfig, step: DecideTools['step']): TemplateId | null {
  return step.templateId ?? parseId<TemplateId>(config.templateId ?? '')
}

function failed(code: string, message: string) {
  return { type: 'fail', error: { code, message } } as const
}

function again(error: Failure): EffectResult {
  return { type: 'retry', afterMs: null, error, otherwise: { type: 'fail', error } }
}
