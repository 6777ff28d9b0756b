import type { Row } from './row.js'
import { backlogRows } from './rows/backlog.js'
import { failpointRows } from './rows/failpoints.js'
import { hotRows } from './rows/hot.js'
import { killRows } from './rows/kills.js'
import { lossRows } from './rows/losses.js'
import { outageRows } from './rows/outages.js'
import { processRows } from './rows/processes.js'
import { raceRows } from './rows/races.js'
import { soakRows } from './rows/soak.js'
import { topicRows } from './rows/topics.js'

export const ROWS: readonly Row[] = [
  ...killRows,
  ...processRows,
  ...failpointRows,
  ...outageRows,
  ...lossRows,
  ...topicRows,
  ...raceRows,
  ...hotRows,
  ...backlogRows,
  ...soakRows,
]
