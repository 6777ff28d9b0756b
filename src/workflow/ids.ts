import { createHash } from 'node:crypto'

declare const brand: unique symbol
/** A string that can only be made by the room that knows what it names. */
export type Brand<Name extends string> = string & { readonly [brand]: Name }

export type ProjectId = Brand<'ProjectId'>
export type WorkflowId = Brand<'WorkflowId'>
export type StepId = Brand<'StepId'>
export type TransitionId = Brand<'TransitionId'>
export type ExecutionId = Brand<'ExecutionId'>
export type ContactId = Brand<'ContactId'>
export type EventRecordId = Brand<'EventRecordId'>
export type TemplateId = Brand<'TemplateId'>
export type KeyId = Brand<'KeyId'>
export type MessageId = Brand<'MessageId'>
export type JobId = Brand<'JobId'>

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** The id in its one form (lower case), or null where the text is no UUID. */
export function parseId<Id extends Brand<string>>(text: string): Id | null {
  return UUID.test(text) ? (text.toLowerCase() as Id) : null
}

/**
 * UUIDv8 of SHA-256 over the JSON array of `parts`: the same parts give the same id in every process,
 * which is what makes a repeated start, event or letter the same document.
 */
export function derivedId<Id extends Brand<string>>(parts: readonly unknown[]): Id {
  return uuidV8<Id>(createHash('sha256').update(JSON.stringify(parts)).digest())
}

/** The first 16 bytes of `digest` as a UUID of version 8 (RFC 9562). */
export function uuidV8<Id extends Brand<string>>(digest: Buffer): Id {
  digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x80, 6)
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = digest.toString('hex', 0, 16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}` as Id
}
