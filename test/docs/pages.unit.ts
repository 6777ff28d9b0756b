import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readConfig, SETTING_NAMES } from '../../src/config.js'
import { createAnnouncer } from '../../src/events.js'
import { createMetrics } from '../../src/metrics.js'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const page = (name: string) => readFileSync(join(ROOT, 'docs', name), 'utf8')
/** Cells of a page's tables, by row. */
const rowsOf = (name: string) =>
  page(name)
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| -/.test(line))
    .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '').trim()))

const LEAST = { MONGODB_URI: 'mongodb://h/d', KAFKA_BROKERS: 'h:1' }
const DERIVED = new Set(['EXECUTION_RETENTION_DAYS', ...Object.keys(LEAST)])
const asShown = (value: string) => (value === '' ? '–' : `\`${value}\``)

describe('docs/configuration.md', () => {
  const rows = rowsOf('configuration.md').slice(1)
  const defaults: Readonly<Record<string, unknown>> = { ...readConfig(LEAST) }

  it('has every setting, once, and no others', () => {
    const named = rows.map(([name = '']) => name.replaceAll('*', ''))
    assert.deepEqual(named.sort(), [...SETTING_NAMES].sort())
  })

  for (const [cell = '', shown = ''] of rows) {
    const name = cell.replaceAll('*', '')
    it(`says what ${name} is where it is not set`, () => {
      assert.equal(shown, asShown(DERIVED.has(name) ? '' : String(defaults[name] ?? '')))
    })
  }

  it('marks what must be set', () => {
    const marked = rows
      .filter(([name = '']) => name.startsWith('**'))
      .map(([name = '']) => name.replaceAll('*', ''))
    assert.deepEqual(marked, ['MONGODB_URI', 'KAFKA_BROKERS'])
    for (const name of marked) assert.throws(() => readConfig({}), new RegExp(`${name}: must be set`))
  })
})

describe('docs/guarantees.md', () => {
  for (const [promise = '', proof = ''] of rowsOf('guarantees.md').slice(1)) {
    it(`proves: ${promise}`, () => {
      const [, file = '', title = ''] = /^`([^`]+)`: (.+)$/.exec(proof) ?? []
      const text = readFileSync(join(ROOT, file), 'utf8')
      assert.ok(text.includes(title), `${file} has no test "${title}"`)
    })
  }
})

describe('docs/operations.md', () => {
  it('explains every figure of ours that /metrics shows, and no others', () => {
    const shown = createMetrics(createAnnouncer())
      .getMetricsAsArray()
      .map(({ name }) => name)
      .filter((name) => name.startsWith('millrace_'))
    const explained = rowsOf('operations.md').flatMap(
      ([cell = '']) => /`(millrace_\w+)`/.exec(cell)?.[1] ?? [],
    )
    assert.deepEqual(explained.sort(), shown.sort())
  })
})

describe('pages', () => {
  for (const name of readdirSync(join(ROOT, 'docs')).filter((file) => file.endsWith('.md'))) {
    it(`${name} leads to pages that are there`, () => {
      for (const [, target = ''] of page(name).matchAll(/\]\((?!https?:|#)([^)#]+)/g))
        assert.ok(existsSync(join(dirname(join(ROOT, 'docs', name)), target)), `${name} → ${target}`)
    })
  }
})
