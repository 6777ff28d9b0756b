import assert from 'node:assert/strict'
import { accessSync, constants } from 'node:fs'

describe('npx millrace', () => {
  it('may be run behind any build, not only behind the one that npm linked first', () => {
    const command = new URL('../../bin/millrace.js', import.meta.url)
    assert.doesNotThrow(() => accessSync(command, constants.X_OK))
  })
})
