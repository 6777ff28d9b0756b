import type { HttpCaller } from '../effects/ports.js'
import type { Traced } from '../workflow/trace.js'
import type { Tracing } from './port.js'

/** Calls that carry the `traceparent` of the span that they are made in; a header of the step's own goes before. */
export function tracedCaller(caller: HttpCaller, tracing: Tracing): HttpCaller {
  return {
    call: (request) => {
      const traceparent = tracing.current()
      const headers = traceparent === undefined ? request.headers : { traceparent, ...request.headers }
      return caller.call({ ...request, headers })
    },
  }
}

type Publish<Event> = (events: readonly Event[]) => Promise<void>

/** Events belong to the trace of the request that brings them. */
export function tracedPublish<Event extends Traced>(
  publish: Publish<Event>,
  tracing: Tracing | undefined,
): Publish<Event> {
  if (tracing === undefined) return publish
  return (events) => {
    const trace = tracing.current()
    return publish(trace === undefined ? events : events.map((event) => ({ ...event, trace })))
  }
}
