import { createMemoryExecutionStore } from '../../src/store/memory/executions.js'
import { NOW } from '../support/executionValues.js'
import { careContract } from './executionCareContract.js'
import { clockContract } from './executionClockContract.js'
import { insertContract } from './executionsContract.js'
import { transitionContract } from './executionTransitionsContract.js'

describe('executions in memory', () => {
  const open = () => createMemoryExecutionStore({ now: () => NOW })
  describe('insert and read', () => insertContract(open))
  describe('transitions', () => transitionContract(open))
  describe('other writes', () => careContract(open))
  describe('what is due or stale', () => clockContract(open))
})
