import type { Order, RecordedEvent } from '../../workflow/contactEvent.js'
import type { ContactId, ProjectId } from '../../workflow/ids.js'
import type { Forgetful } from './erasure.js'

export interface EventListQuery {
  readonly contactId: ContactId | null
  readonly name: string | null
  readonly after: Order | null
  readonly limit: number
}

export interface EventPage {
  readonly events: readonly RecordedEvent[]
  readonly next: Order | null
}

/** One name with what was recorded under it. `count` is exact to 10,000, beyond that at most 10 s old. */
export interface EventName {
  readonly name: string
  readonly count: number
  /** Broker time of the newest. */
  readonly lastSeenAt: Date
}

/** The API's side of recorded events. */
export interface EventDirectory extends Forgetful {
  /** Newest first, in the contact's order. */
  list(projectId: ProjectId, query: EventListQuery): Promise<EventPage>
  /** Latest seen first. */
  names(projectId: ProjectId): Promise<readonly EventName[]>
}
