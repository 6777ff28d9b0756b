import type { LetterId, ProjectId } from '../../workflow/ids.js'

export const LETTER_STATUSES = ['PARKED', 'REDRIVEN', 'DROPPED'] as const
export type LetterStatus = (typeof LETTER_STATUSES)[number]

/** A message that could not be handled, as it was found on the topic of dead letters. */
export interface Letter {
  readonly id: LetterId
  /** null: nothing in it names a project; such letters are for the command line alone. */
  readonly projectId: ProjectId | null
  readonly status: LetterStatus
  readonly reason: string
  readonly message: string
  /** Where it stood. */
  readonly topic: string
  readonly partition: number
  readonly offset: string
  readonly key: Buffer | null
  /** At most its first MiB; `size` and `sha256` are those of the whole. */
  readonly value: Buffer | null
  readonly size: number
  readonly sha256: string
  /** Its own headers, with those of an earlier redrive. */
  readonly headers: Readonly<Record<string, string>>
  /** As JSON text, where it can be read. */
  readonly decoded: string | null
  readonly parkedAt: Date
  /** When it was redriven or dropped. */
  readonly settledAt: Date | null
}

export interface LetterFilter {
  /** 'any': whatever the project, and those without one. */
  readonly projectId: ProjectId | 'any'
  readonly reason: string | null
  readonly topic: string | null
  readonly status: LetterStatus | null
  /** `[from, to)` of `parkedAt`. */
  readonly from: Date | null
  readonly to: Date | null
}

export interface LetterPlace {
  readonly parkedAt: Date
  readonly id: LetterId
}

export interface DeadLetterStore {
  /** Those that are there already stay as they are. */
  add(letters: readonly Letter[]): Promise<void>
  get(projectId: ProjectId | 'any', id: LetterId): Promise<Letter | null>
  /** Newest first; without their bytes and decoded content. */
  list(
    filter: LetterFilter,
    page: { readonly after: LetterPlace | null; readonly limit: number },
  ): Promise<Letter[]>
  count(filter: LetterFilter): Promise<number>
  /** PARKED becomes `status`; answers whether it was this call that did it. */
  settle(id: LetterId, status: 'REDRIVEN' | 'DROPPED', now: Date): Promise<boolean>
  /** A redrive that Kafka did not take. */
  unsettle(id: LetterId): Promise<void>
}
