import type { ZodType } from 'zod'
import type { EffectResult, EffectTools, Renderer } from '../effects/ports.js'
import type { AsOf } from '../workflow/asOf.js'
import type { Contact } from '../workflow/contact.js'
import type { ExecutionIdentity, Failure } from '../workflow/execution.js'
import type { JsonObject, JsonValue } from '../workflow/json.js'
import type { Step, StepKind } from '../workflow/step.js'

/** What a step can know when it decides; read by the outer ring as far as `needs` says. */
export interface Facts extends AsOf {
  readonly now: Date
  readonly enteredAt: Date
  readonly execution: ExecutionIdentity & { readonly startedAt: Date }
  readonly workflow: { readonly id: string; readonly name: string }
  /** Null when not needed, or when the contact was deleted. */
  readonly contact: Contact | null
  /** The trigger event's data with awaited events' data merged over it. */
  readonly context: JsonObject
  /** `{ <stepId>: { output } }` of the steps already left. */
  readonly steps: JsonObject
}

export interface Needs {
  readonly contact: boolean
  /** Context, earlier outputs or the start time: anything that stands in the execution's document. */
  readonly execution: boolean
  /** Whether the execution still stands at the step, where nothing else of it is needed. */
  readonly place?: boolean
}

export interface ContactPatch {
  readonly data: JsonObject
  readonly subscribed: boolean | null
}

/** What a step says should happen. Only `engine/advance` turns it into the next state. */
export type Outcome =
  | {
      readonly type: 'done'
      readonly branch: string | null
      readonly output?: JsonValue
      readonly values?: JsonObject
    }
  | { readonly type: 'exit'; readonly reason: string }
  | { readonly type: 'sleep'; readonly until: Date }
  | {
      readonly type: 'wait'
      readonly names: readonly string[]
      readonly since: 'step' | 'start'
      readonly until: Date | null
    }
  | { readonly type: 'updateContact'; readonly patch: ContactPatch }
  | {
      readonly type: 'call'
      readonly timeoutMs: number
      readonly host: string | null
      readonly retries: number
    }
  | { readonly type: 'skipped'; readonly branch: string | null; readonly reason: string }
  | { readonly type: 'fail'; readonly error: Failure }

export interface StepDefinition<Kind extends StepKind, Config> {
  readonly type: Kind
  /** Checked when written and again before a step runs. */
  readonly config: ZodType<Config>
  /** Top-level fields of the config that can be written but are never shown. */
  readonly writeOnly?: readonly string[]
  /** Top-level fields of the config whose texts, however deep, are Liquid. */
  readonly liquid?: readonly string[]
  /** The branches that transitions of such a step can name; empty: it has none. */
  branches(config: Config): readonly string[]
  needs(config: Config): Needs
  /** Pure: no clock, randomness or I/O. What is wrong with config or data is an outcome `fail`, never a throw. */
  decide(config: Config, facts: Facts, tools: DecideTools): Outcome
  /**
   * `decide` of a kind that looks at facts only. Such a step is decided in the transition that leads to it, where
   * the contact is known there and nothing of the execution's document is needed.
   */
  pass?(config: Config, facts: Facts): Outcome
  /** The outside call that a `call` outcome claimed. Never throws; a repeat carries the same identity. */
  effect?(config: Config, facts: Facts, tools: DecideTools & EffectTools): Promise<EffectResult>
}

export interface DecideTools {
  readonly step: Step
  readonly renderer: Renderer
}
