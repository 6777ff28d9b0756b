import assert from 'node:assert/strict'
import { tryCompile } from '../../src/engine/tryCompile.js'
import type { Definition } from '../../src/workflow/workflow.js'
import { aDefinition } from '../support/definitions.js'

const faultOf = (definition: Definition) => {
  const made = tryCompile(definition)
  return made.ok ? null : made.fault
}

describe('A definition as it was found in the database', () => {
  const exits = { a: ['EXIT'], b: ['EXIT'], c: ['EXIT'] } as const

  it('is made ready where it can be run, also where ways meet again', () => {
    const meeting = aDefinition(exits, [
      ['TRIGGER', 'a'],
      ['a', 'b'],
      ['a', 'c'],
      ['b', 'c'],
    ])
    const made = tryCompile(meeting)
    assert.ok(made.ok)
    assert.deepEqual([...made.compiled.steps.keys()], ['a', 'b', 'c'])
  })

  it('is refused without a TRIGGER, and where steps lead back to themselves', () => {
    assert.equal(faultOf({ ...aDefinition(exits), steps: [] }), 'it has no TRIGGER')
    const loop = aDefinition(exits, [
      ['TRIGGER', 'a'],
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'b'],
      ['c', 'gone'],
    ])
    assert.equal(faultOf(loop), 'some of its steps lead back to themselves')
  })

  it('is refused where it holds what no step is', () => {
    const odd = aDefinition({ a: ['NONSENSE' as 'EXIT'] })
    assert.match(faultOf(odd) ?? '', /TypeError/)
    assert.match(faultOf({ ...odd, transitions: null as never }) ?? '', /TypeError/)
  })
})
