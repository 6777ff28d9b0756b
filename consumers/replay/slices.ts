import type { Message } from '../batch.js'
import type { Match, Matches } from './matchEvents.js'

/** Some messages of a partition, and up to where everything is in hands with them. */
interface Piece {
  readonly messages: readonly Message[]
  readonly upTo: number
}

/** So many are looked at in one go: some milliseconds. */
const PIECE = 2_000

/** What a fetch brought, cut up in its order; at least one piece, for what a log has lost counts as passed. */
export function piecesOf(messages: readonly Message[], upTo: number): Piece[] {
  const count = Math.max(1, Math.ceil(messages.length / PIECE))
  return Array.from({ length: count }, (_, nth) => ({
    messages: messages.slice(nth * PIECE, (nth + 1) * PIECE),
    upTo: messages[(nth + 1) * PIECE]?.offset ?? upTo,
  }))
}

/** What is started together, and what lies before the next slice. */
export interface Slice {
  readonly starting: readonly Match[]
  readonly upTo: number
  readonly scanned: number
  readonly strangers: number
}

/** Slices of `size` starts; the last one reaches to the end, without any where there are none. */
export function slicesOf({ starting, scanned, strangers }: Matches, size: number, upTo: number): Slice[] {
  const count = Math.max(1, Math.ceil(starting.length / Math.max(1, size)))
  const endOf = (nth: number) => starting[(nth + 1) * size]?.offset ?? upTo
  return Array.from({ length: count }, (_, nth) => {
    const from = nth === 0 ? 0 : endOf(nth - 1)
    const lies = (offset: number) => offset >= from && offset < endOf(nth)
    return {
      starting: starting.slice(nth * size, (nth + 1) * size),
      upTo: endOf(nth),
      scanned: scanned.filter(lies).length,
      strangers: strangers.filter(lies).length,
    }
  })
}
