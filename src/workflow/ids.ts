import { hash } from 'node:crypto'

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
export type LetterId = Brand<'LetterId'>
export type ReplayId = Brand<'ReplayId'>

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
  return uuidV8<Id>(hash('sha256', JSON.stringify(parts), 'hex'))
}

const VARIANTS = '89ab'

/** The first 16 bytes of a digest, given in hex, as a UUID of version 8 (RFC 9562). */
export function uuidV8<Id extends Brand<string>>(hex: string): Id {
  const variant = VARIANTS.charAt(Number.parseInt(hex.charAt(16), 16) & 3)
  const head = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}`
  return `${head}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}` as Id
}
