import { randomUUID } from 'node:crypto'
import type { Outbox } from '../producers/outputs.js'
import { createContactExecutions } from './api/executionJobs.js'
import type { RouteDeps } from './api/routes.js'
import { createLinks } from './effects/links.js'
import { checkTemplate, createRenderer } from './effects/liquid.js'
import { createTracking } from './effects/tracking.js'
import type { Stores } from './store/mongo/stores.js'

export interface RouteParts
  extends Pick<
    RouteDeps,
    'clock' | 'announcer' | 'readiness' | 'metrics' | 'serveMetrics' | 'info' | 'brokerNow'
  > {
  readonly stores: Stores
  readonly outbox: Pick<Outbox, 'publish' | 'send' | 'redrive'>
  readonly linkSecret: string
}

/** What the routes work with, made from what a process is connected to. */
export function createRouteDeps({ stores, linkSecret, ...parts }: RouteParts): RouteDeps {
  const { contactDirectory: contacts, eventDirectory: events, executions, executionDirectory } = stores
  const { outbox, clock, announcer, info } = parts
  const moves = { executions, executionDirectory, outbox, clock, announcer, newId: randomUUID }
  return {
    ...stores,
    ...parts,
    ...moves,
    contacts,
    events,
    erasure: {
      contacts,
      executions: createContactExecutions(moves),
      keepers: [events, stores.messages],
    },
    checkTemplate,
    renderer: createRenderer(),
    links: createLinks({ publicUrl: info.publicUrl, secret: linkSecret }),
    tracking: createTracking({ publicUrl: info.publicUrl, secret: linkSecret, opens: true, clicks: true }),
  }
}
