import { createMemoryEvents } from '../../src/store/memory/events.js'
import { eventsContract } from './eventsContract.js'

describe('recorded events in memory', () => {
  eventsContract(() => createMemoryEvents())
})
