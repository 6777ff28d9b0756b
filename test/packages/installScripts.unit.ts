import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'

/** What wants to run code while it is installed, and why that is not needed; npm runs none of them. */
const NAMED: Readonly<Record<string, string>> = {
  '@scarf/scarf': 'reports installs of swagger-ui-dist; switched off in package.json',
  '@swc/core': 'checks that its binary is there, which comes as a package of its own',
  'cpu-features': 'optional, of ssh2',
  protobufjs: 'checks the version range it was asked for',
  ssh2: 'optional native code, of testcontainers; the tests use no ssh',
}

interface Locked {
  readonly hasInstallScript?: boolean
  readonly resolved?: string
  readonly integrity?: string
  readonly link?: boolean
}

describe('The packages that are installed', () => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Readonly<Record<string, Locked>>
  }
  const locked = Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, one]) => ({ name: path.split('node_modules/').at(-1) ?? path, ...one }))

  it('run no code while they are installed, except for a named list that needs none of it', () => {
    const scripted = new Set(locked.filter((one) => one.hasInstallScript === true).map(({ name }) => name))
    assert.deepEqual([...scripted].sort(), Object.keys(NAMED).sort())
  })

  it('are all held to their digest', () => {
    assert.ok(locked.length > 100)
    assert.deepEqual(
      locked.filter(({ integrity }) => integrity === undefined).map(({ name }) => name),
      [],
    )
  })
})
