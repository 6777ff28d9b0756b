import assert from 'node:assert/strict'
import { isTypesOnly, sourceOf } from '../../scripts/testing/compiled.js'
import { chosenStages, countsLine, isGroup } from '../../scripts/testing/stages.js'

const titles = (wish: Parameters<typeof chosenStages>[0]): string[] =>
  chosenStages(wish).map((stage) => stage.title)

describe('the stages of a test run', () => {
  it('are all of them, cheap ones first', () => {
    const all = titles({ only: undefined, grep: undefined })
    assert.equal(all[0], 'format and lint')
    assert.ok(all.indexOf('unit tests') < all.indexOf('end-to-end tests'))
  })

  it('can be narrowed to one group', () => {
    assert.deepEqual(titles({ only: 'int', grep: undefined }), ['tests with real services'])
    assert.deepEqual(titles({ only: 'unit', grep: 'timer' }), ['unit tests'])
    assert.ok(isGroup('e2e'))
    assert.ok(!isGroup('all'))
  })

  it('end in one line with the sums', () => {
    const counts = [
      { passes: 3, failures: 0 },
      { passes: 4, failures: 2 },
    ]
    assert.equal(countsLine(counts), '7 passed, 2 failed')
    assert.equal(countsLine([]), '0 passed, 0 failed')
  })
})

describe('compiled output', () => {
  it('knows its source', () => {
    assert.equal(sourceOf('a/b.unit.js'), 'a/b.unit.ts')
    assert.equal(sourceOf('a/b.js.map'), 'a/b.ts')
    assert.equal(sourceOf('a/b.d.ts'), 'a/b.ts')
    assert.equal(sourceOf('a/data.json'), undefined)
  })

  it('of types alone holds no code', () => {
    assert.ok(isTypesOnly('/** What a thing is. */\nexport {};\n//# sourceMappingURL=a.js.map'))
    assert.ok(!isTypesOnly('export const a = 1;\n//# sourceMappingURL=a.js.map'))
    assert.ok(!isTypesOnly("import './b.js';\nexport {};"))
  })
})
