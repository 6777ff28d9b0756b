import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newKey, projectKeys } from '../../scripts/keys.js'

describe('the keys of the first project', () => {
  let state = ''
  beforeEach(() => {
    state = mkdtempSync(join(tmpdir(), 'millrace-keys-'))
  })
  afterEach(() => rmSync(state, { recursive: true }))

  it('have the form that the API knows', () => {
    assert.match(newKey('sk'), /^sk_[0-9A-Za-z]{32}$/)
    assert.match(newKey('pk'), /^pk_[0-9A-Za-z]{32}$/)
    assert.notEqual(newKey('sk'), newKey('sk'))
  })

  it('are made once, for their owner only', () => {
    const first = projectKeys(state, {})
    assert.deepEqual(projectKeys(state, {}), first)
    assert.equal(statSync(join(state, 'keys.json')).mode & 0o777, 0o600)
  })

  it('give way to those in the environment', () => {
    const kept = projectKeys(state, {})
    const set = projectKeys(state, { MILLRACE_SECRET_KEY: 'sk_mine' })
    assert.deepEqual(set, { ...kept, secretKey: 'sk_mine' })
    assert.deepEqual(projectKeys(state, {}), kept)
  })
})
