import { createMemoryEntries } from '../../src/store/memory/entries.js'
import { entriesContract } from './entriesContract.js'

describe('entries in memory', () => {
  entriesContract(createMemoryEntries)
})
