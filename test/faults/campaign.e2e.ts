import { type Arena, openArena } from '../../scripts/faults/arena.js'
import { keepsThrough } from '../support/faultRows.js'

/** What nothing else in the suite shows on real processes, in two minutes; `npm run faults -- all` runs every row, and more of it. */
describe('a short fault campaign on real processes', () => {
  let arena: Arena
  before(async () => {
    arena = await openArena(() => undefined)
  })
  after(() => arena.close())

  for (const name of ['failpoints', 'copies', 'race-wait']) keepsThrough(name, () => arena)
})
