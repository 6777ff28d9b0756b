import type { Row } from '../row.js'
import { underLoad } from '../underLoad.js'

const LOST_SHARE = 0.05
const COPIES = 3

export const lossRows: readonly Row[] = [
  {
    name: 'lost',
    sentence: '5 % of the step messages are never sent',
    run: (arena, amount) => {
      const hurt = { seed: amount.seed, lose: LOST_SHARE }
      return underLoad(arena, amount, { name: 'lost', workers: [hurt, hurt], hurtAlways: true })
    },
  },
  {
    name: 'copies',
    sentence: 'every message is sent three times, step messages shuffled and once more a second later',
    run: (arena, amount) => {
      const hurt = { seed: amount.seed, copies: COPIES }
      return underLoad(arena, amount, {
        ...{ name: 'copies', workers: [hurt, hurt], hurtAlways: true, copies: COPIES },
      })
    },
  },
]
