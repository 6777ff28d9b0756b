import type { SchemaName } from '../src/topology.js'
import type { ContactEvent } from '../src/workflow/contactEvent.js'
import type { EmailEvent } from '../src/workflow/emailEvent.js'
import type { ExecutionFact, StepDue, Timer } from '../src/workflow/messages.js'
import type { Traced } from '../src/workflow/trace.js'

/** A contact event as it travels: what a producer may leave out is null. `toContactEvent` fills it in. */
export type WireContactEvent = Omit<ContactEvent, 'eventId' | 'occurredAt'> & {
  readonly eventId: string | null
  readonly occurredAt: Date | null
} & Traced

/** What each schema carries. */
export interface WireTypes {
  readonly contactEvent: WireContactEvent
  readonly emailEvent: EmailEvent
  readonly stepDue: StepDue
  readonly timer: Timer
  readonly executionFact: ExecutionFact
}

/** Why bytes could not be read, in a word for machines; the message names the field. */
export type FaultReason =
  | 'no_value'
  | 'not_readable'
  | 'invalid_field'
  | 'too_large'
  | 'unknown_version'
  | 'unknown_schema'
  | 'schema_mismatch'

export interface DecodeFault {
  readonly ok: false
  readonly reason: FaultReason
  readonly message: string
}

export type DecodeResult<Value> = { readonly ok: true; readonly value: Value } | DecodeFault

/** Values to bytes and back: Avro in Confluent framing with a registry, JSON of the same shapes without. */
export interface Codec {
  encode<Name extends SchemaName>(schema: Name, value: WireTypes[Name]): Buffer
  /** As `encode`, cheaper for many: the buffers share their memory. */
  encodeAll<Name extends SchemaName>(schema: Name, values: readonly WireTypes[Name][]): Buffer[]
  /**
   * One result for each buffer, in order; both forms are read, whatever this codec writes. Bad bytes are a
   * fault, never a throw. Throws BROKER_AWAY (retriable) when a schema is not known yet and the registry is away.
   */
  decodeAll<Name extends SchemaName>(
    schema: Name,
    buffers: readonly (Buffer | null)[],
  ): Promise<DecodeResult<WireTypes[Name]>[]>
}
