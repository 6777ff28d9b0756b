/** The library's member of a group, as far as it concerns us. */
export interface FetchingMember {
  /** How long the broker may wait for something to answer with, ms. */
  maxWaitTime: number
  fetch(nodeId: string): Promise<readonly { isEmpty(): boolean }[]>
}

/** So many empty answers in a row: nothing is going on. */
const QUIET_AFTER = 15
const TIMES_AS_LONG = 2

/**
 * Fetches are most of what an idle process does. Where nothing came for some time each waits longer; the broker
 * still answers at once when something comes. Who has work waits as before, since stopping waits for the fetch.
 */
export function waitLongerInQuiet(members: FetchingMember): void {
  const { fetch } = members
  const states = new WeakMap<FetchingMember, { readonly waitMs: number; empty: number }>()
  members.fetch = async function (this: FetchingMember, nodeId) {
    const state = states.get(this) ?? { waitMs: this.maxWaitTime, empty: 0 }
    states.set(this, state)
    const batches = await fetch.call(this, nodeId)
    state.empty = batches.every((batch) => batch.isEmpty()) ? state.empty + 1 : 0
    this.maxWaitTime = state.empty < QUIET_AFTER ? state.waitMs : TIMES_AS_LONG * state.waitMs
    return batches
  }
}
