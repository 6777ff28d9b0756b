import { createMemoryProgress } from '../../src/store/memory/progress.js'
import { progressContract } from './progressContract.js'

describe('progress in memory', () => {
  progressContract(createMemoryProgress)
})
