/** The library's queue of a connection's requests, as far as it concerns us. */
export interface TimedRequests {
  readonly enforceRequestTimeout: boolean
  readonly inflight: ReadonlyMap<number, PendingRequest>
  isConnected(): boolean
  scheduleRequestTimeoutCheck(): void
  destroy(): void
}

interface PendingRequest {
  readonly sentAt: number
  readonly requestTimeout: number
  timeoutRequest(): void
}

/** Requests may be under way for 15 s and more. */
const CHECK_EVERY_MS = 1_000

/** As shipped each of some thirty connections wakes the process ten times a second: here one timer looks at all. */
export function shareTimeoutChecks(queues: TimedRequests): void {
  const open = new Set<TimedRequests>()
  let timer: NodeJS.Timeout | undefined
  const { destroy } = queues
  queues.destroy = function (this: TimedRequests) {
    destroy.call(this)
    open.delete(this)
    if (open.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
  const check = () => {
    for (const queue of open) timeOut(queue)
  }
  queues.scheduleRequestTimeoutCheck = function (this: TimedRequests) {
    if (!this.enforceRequestTimeout) return
    open.add(this)
    timer ??= setInterval(check, CHECK_EVERY_MS)
  }
}

function timeOut(queue: TimedRequests): void {
  for (const request of queue.inflight.values())
    if (Date.now() - request.sentAt > request.requestTimeout) request.timeoutRequest()
  if (!queue.isConnected()) queue.destroy()
}
