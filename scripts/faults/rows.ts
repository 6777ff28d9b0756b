import type { Row } from './row.js'
import { failpointRows } from './rows/failpoints.js'
import { killRows } from './rows/kills.js'
import { lossRows } from './rows/losses.js'

export const ROWS: readonly Row[] = [...killRows, ...failpointRows, ...lossRows]
