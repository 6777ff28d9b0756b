import type { Kafka } from '../../producers/client.js'
import type { ContactDirectory } from '../../src/store/ports/contactDirectory.js'
import type { ReplayStore } from '../../src/store/ports/replays.js'
import type { WorkflowStore } from '../../src/store/ports/workflows.js'
import type { Topology } from '../../src/topology.js'
import type { EngineDeps } from '../deps.js'
import type { OffsetReader } from '../run/offsets.js'

/** What replays reach the world by. */
export interface ReplayDeps
  extends Pick<
    EngineDeps,
    | 'executions'
    | 'contacts'
    | 'entries'
    | 'definitions'
    | 'outbox'
    | 'codec'
    | 'lifecycleFacts'
    | 'clock'
    | 'brokerTimeOf'
    | 'scheduler'
    | 'announcer'
    | 'newId'
  > {
  readonly replays: ReplayStore
  readonly workflows: Pick<WorkflowStore, 'get'>
  readonly contactDirectory: Pick<ContactDirectory, 'idsOf'>
  readonly kafka: Kafka
  readonly offsets: OffsetReader
  readonly topology: Topology
  /** The input topic's times are its producers': they are in no order. */
  readonly timesInDisorder: boolean
}
