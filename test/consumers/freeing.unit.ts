import assert from 'node:assert/strict'
import { createFreeing } from '../../consumers/steps/freeing.js'

describe('Slots that come free', () => {
  function world(plenty: boolean) {
    const seen = { resumed: 0, planned: [] as (() => void)[], plenty }
    const freed = createFreeing({
      scheduler: {
        after: (_ms, run) => {
          seen.planned.push(run)
          return () => {
            seen.planned = seen.planned.filter((one) => one !== run)
          }
        },
      },
      isPlenty: () => seen.plenty,
      resume: () => {
        seen.resumed++
      },
    })
    return { seen, freed }
  }

  it('are used at once when there are plenty', () => {
    const { seen, freed } = world(true)
    freed()
    assert.deepEqual([seen.resumed, seen.planned.length], [1, 0])
  })

  it('are gathered when there are few, and used together', () => {
    const { seen, freed } = world(false)
    for (let n = 0; n < 3; n++) freed()
    assert.deepEqual([seen.resumed, seen.planned.length], [0, 1])
    seen.planned[0]?.()
    assert.equal(seen.resumed, 1)
    freed()
    assert.equal(seen.planned.length, 1)
  })

  it('are not used twice where plenty come before the time is over', () => {
    const { seen, freed } = world(false)
    freed()
    seen.plenty = true
    freed()
    assert.deepEqual([seen.resumed, seen.planned.length], [1, 0])
  })
})
