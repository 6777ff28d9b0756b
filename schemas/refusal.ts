import type { DecodeFault, FaultReason } from './codec.js'

/** Thrown by readers of fields and caught by the codec: it never leaves this room. */
export class Refusal extends Error {
  readonly reason: FaultReason

  constructor(reason: FaultReason, message: string) {
    super(message)
    this.reason = reason
  }
}

export function faultOf(reason: FaultReason, message: string): DecodeFault {
  return { ok: false, reason, message }
}

/** The fault that a read ended with; anything but a Refusal means bytes that make no sense. */
export function faultFrom(error: unknown): DecodeFault {
  if (error instanceof Refusal) return faultOf(error.reason, error.message)
  return faultOf('not_readable', error instanceof Error ? error.message : String(error))
}
