import assert from 'node:assert/strict'
import { gatherLookups } from '../../src/api/gatherLookups.js'
import { MillraceError } from '../../src/errors.js'
import { newProjectId } from '../support/workflowValues.js'

const PROJECT = newProjectId()
const lengths = async (keys: readonly string[]) => new Map(keys.map((key) => [key, key.length]))

describe('gathered look-ups', () => {
  it('ask for what comes meanwhile together, each key once', async () => {
    const asked: (readonly string[])[] = []
    const lookup = gatherLookups((_project, keys: readonly string[]) => {
      asked.push(keys)
      return lengths(keys)
    })
    const answers = await Promise.all(['a', 'bb', 'a'].map((key) => lookup(PROJECT, key)))
    assert.deepEqual([answers, asked], [[1, 2, 1], [['a', 'bb']]])
  })

  it('give up a call that nobody answers, and ask for those behind it', async () => {
    let calls = 0
    const lookup = gatherLookups((_project, keys: readonly string[]) => {
      calls += 1
      return calls === 1 ? new Promise<ReadonlyMap<string, number>>(() => undefined) : lengths(keys)
    }, 50)
    const first = lookup(PROJECT, 'lost')
    await new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)))
    const behind = lookup(PROJECT, 'four')
    await assert.rejects(first, (error) => error instanceof MillraceError && error.code === 'DATABASE_AWAY')
    assert.equal(await behind, 4)
    assert.equal(calls, 2)
  })

  it('hand on what went wrong to all who asked', async () => {
    const lookup = gatherLookups<string, number>(() => Promise.reject(new Error('broken')))
    await assert.rejects(lookup(PROJECT, 'a'), /broken/)
  })
})
