import type { Failure } from '../workflow/execution.js'
import type { ContactId, ExecutionId, MessageId, ProjectId, StepId, TemplateId } from '../workflow/ids.js'
import type { JsonObject, JsonValue } from '../workflow/json.js'
import type { MessageRecord, Template } from '../workflow/mail.js'
import type { SystemEvent } from '../workflow/messages.js'

/** Renders a Liquid template over `scope`; own properties only, bounded in time and output. */
export interface Renderer {
  /** `html` escapes values. Throws TemplateError. */
  render(template: string, scope: JsonObject, options?: { readonly html?: boolean }): string
}

/** A template that cannot be parsed or rendered; line and column count from 1. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError'
  readonly line: number | null
  readonly column: number | null

  constructor(message: string, at: { readonly line: number | null; readonly column: number | null }) {
    super(message)
    this.line = at.line
    this.column = at.column
  }
}

export interface HttpCall {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  /** For the whole call: name look-up, connection, headers and body. */
  readonly timeoutMs: number
  /** Signed as Standard Webhooks does, at the moment of sending; several secrets while one replaces another. */
  readonly signing: { readonly id: string; readonly secrets: readonly string[] } | null
}

/**
 * A call without an answer. `retriable`: the same call may succeed later. `unknown`: the request may have
 * arrived, so nobody can say whether the other side acted on it.
 */
export interface CallFailure {
  readonly type: 'failed'
  readonly message: string
  readonly retriable: boolean
  readonly unknown: boolean
  readonly ms: number
}

/** What became of one outside call. */
export type CallResult =
  | {
      readonly type: 'answered'
      readonly statusCode: number
      /** The body's beginning, as JSON where it is whole and small enough, else as text; null: none. */
      readonly response: JsonValue
      readonly retryAfterMs: number | null
      readonly ms: number
    }
  | CallFailure

/** The outside world by HTTP, behind the address guard. Never throws. */
export interface HttpCaller {
  call(request: HttpCall): Promise<CallResult>
}

export interface Mail {
  readonly messageId: string
  readonly to: string
  readonly from: string
  readonly fromName: string | null
  readonly replyTo: string | null
  readonly subject: string
  readonly html: string
  readonly text: string
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
}

/** The outside world by SMTP; `captured`: no server is configured, the mail is only kept. Never throws. */
export interface Mailer {
  send(mail: Mail): Promise<{ readonly type: 'sent' | 'captured'; readonly ms: number } | CallFailure>
}

/** Where a template's syntax is wrong; line and column count from 1. */
export interface TemplateFault {
  readonly line: number | null
  readonly column: number | null
  readonly message: string
}

/** The first syntax error of a template, or null. */
export type TemplateCheck = (template: string) => TemplateFault | null

/** What a signed link lets its holder do, without a login. */
export type LinkPurpose = 'unsubscribe' | 'subscribe' | 'manage'

/** Reads back what a signed link names; null for anything that was not made here for `purpose`. */
export interface LinkReader {
  read(
    purpose: LinkPurpose,
    token: string,
  ): { readonly projectId: ProjectId; readonly contactId: ContactId } | null
}

/** One mail, as its tracked links name it. */
export interface TrackedMail {
  readonly projectId: ProjectId
  readonly executionId: ExecutionId
  readonly stepId: StepId
}

export interface MailTracking {
  /** The mail's HTML with tracked links and image, as far as they are switched on. */
  rewrite(html: string, mail: TrackedMail, untracked: readonly string[]): string
}

/** Reads back what a tracked link (or, with null, image) names; null for anything that was not made here. */
export interface TrackingReader {
  read(token: string, url: string | null): TrackedMail | null
}

export type { MessageRecord, Template }

/** What effects may use besides their step's facts. */
export interface EffectTools {
  readonly http: HttpCaller
  readonly mailer: Mailer
  readonly templates: { find(projectId: ProjectId, id: TemplateId): Promise<Template | null> }
  readonly messages: {
    /** Insert or replace by id. */
    save(record: MessageRecord): Promise<void>
    /** Those that are there, in any order. */
    find(projectId: ProjectId, ids: readonly MessageId[]): Promise<MessageRecord[]>
  }
  readonly links: {
    unsubscribe(project: ProjectId, contact: ContactId): string
    subscribe(project: ProjectId, contact: ContactId): string
    manage(project: ProjectId, contact: ContactId): string
  }
  /** Null: mails are sent as they are. */
  readonly tracking: MailTracking | null
  readonly mailFrom: string
}

/** A system event of an effect; the engine, which knows the execution's depth, adds the cause. */
export type EffectEvent = Omit<SystemEvent, 'cause'>

/** What an outside call came to. `retry` becomes a timer while tries are left, then `otherwise`. */
export type EffectResult =
  | {
      readonly type: 'done'
      readonly branch: string | null
      readonly output: JsonValue
      readonly events?: readonly EffectEvent[]
    }
  | { readonly type: 'skipped'; readonly branch: string | null; readonly reason: string }
  | { readonly type: 'fail'; readonly error: Failure; readonly output?: JsonValue }
  | {
      readonly type: 'retry'
      readonly afterMs: number | null
      readonly error: Failure
      /** What the step comes to when no try is left. */
      readonly otherwise: Exclude<EffectResult, { type: 'retry' }>
    }
