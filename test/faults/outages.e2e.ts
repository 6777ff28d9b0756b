import { type Arena, openArena } from '../../scripts/faults/arena.js'
import { canStartLocally } from '../../scripts/services/tools.js'
import { keepsThrough } from '../support/faultRows.js'

/** Kafka and MongoDB of its own: those that the other tests use must live. */
describe('an engine whose services are killed', () => {
  let arena: Arena | undefined
  before(async function () {
    this.timeout(600_000)
    if (!(await canStartLocally())) this.skip()
    arena = await openArena(() => undefined, { only: 'local' })
  })
  after(() => arena?.close())

  for (const name of ['broker-killed', 'mongod-killed']) keepsThrough(name, () => arena as Arena)
})
