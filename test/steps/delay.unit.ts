import assert from 'node:assert/strict'
import { branchesOf, configFaults } from '../../src/steps/index.js'
import type { JsonObject } from '../../src/workflow/json.js'
import { aContact, aStep, someFacts } from '../support/facts.js'
import { decideBy, needsBy } from '../support/steps.js'

function faults(config: JsonObject): string[] {
  return configFaults('DELAY', config).map(({ field }) => field)
}

describe('The config of a DELAY', () => {
  const good: JsonObject[] = [
    { amount: 24, unit: 'hours' },
    { amount: 0.5, unit: 'minutes' },
    { amount: 0.001, unit: 'seconds' },
    { amount: 365, unit: 'days' },
    { until: '2020-01-01' },
    { until: 'contact.data.renewsAt' },
    { timeOfDay: '09:00', timezone: 'Europe/Berlin' },
    { timeOfDay: '23:59:59', timezone: 'contact.data.zone', weekdays: [1, 5] },
  ]
  for (const config of good)
    it(`can be ${JSON.stringify(config)}`, () => assert.deepEqual(faults(config), []))

  const bad: [JsonObject, string[]][] = [
    [{}, ['config.amount', 'config.unit']],
    [{ amount: 5 }, ['config.unit']],
    [{ amount: 0, unit: 'hours' }, ['config.amount']],
    [{ amount: -1, unit: 'years' }, ['config.amount', 'config.unit']],
    [{ amount: '5', unit: 'hours' }, ['config.amount']],
    [{ amount: 0.0001, unit: 'seconds' }, ['config.amount']],
    [{ amount: 365.01, unit: 'days' }, ['config.amount']],
    [{ amount: 5, unit: 'hours', more: 1 }, ['config.more']],
    [{ amount: 5, unit: 'hours', until: '2026-01-01' }, ['config.until']],
    [{ until: 'tomorrow' }, ['config.until']],
    [{ until: '2026-02-30' }, ['config.until']],
    [{ timeOfDay: '9:00', timezone: 'UTC' }, ['config.timeOfDay']],
    [{ timeOfDay: '24:00', timezone: 'Mars/Olympus' }, ['config.timeOfDay', 'config.timezone']],
    [{ timeOfDay: '09:00' }, ['config.timezone']],
    [{ timeOfDay: '09:00', timezone: 'UTC', weekdays: [] }, ['config.weekdays']],
    [
      { timeOfDay: '09:00', timezone: 'UTC', weekdays: [0, 8, 1.5] },
      [0, 1, 2].map((n) => `config.weekdays[${n}]`),
    ],
  ]
  for (const [config, fields] of bad) {
    it(`cannot be ${JSON.stringify(config)}`, () => assert.deepEqual(faults(config), fields))
  }
})

describe('A DELAY', () => {
  const decide = (config: JsonObject, facts = someFacts()) => decideBy(aStep('DELAY', config), facts)

  it('sleeps from when it was entered', () => {
    const facts = someFacts({ enteredAt: new Date('2026-03-01T00:00:00Z') })
    const until = new Date('2026-03-02T00:00:00Z')
    assert.deepEqual(decide({ amount: 1, unit: 'days' }, facts), { type: 'sleep', until })
  })

  it('sleeps until the time that a field holds', () => {
    const contact = aContact({ data: { at: '2026-05-01' } })
    const until = new Date('2026-05-01T00:00:00Z')
    assert.deepEqual(decide({ until: 'data.at' }, someFacts({ contact })), { type: 'sleep', until })
    assert.deepEqual(decide({ until: 'event.at' }, someFacts({ context: { at: '2026-05-01' } })), {
      type: 'sleep',
      until,
    })
  })

  it('fails where the field holds no time', () => {
    const outcome = decide({ until: 'contact.data.at' })
    assert.deepEqual(outcome.type === 'fail' && outcome.error.code, 'DELAY_UNUSABLE')
  })

  it('needs what its field stands in, else nothing', () => {
    const needs = (config: JsonObject) => needsBy(aStep('DELAY', config))
    assert.deepEqual(needs({ amount: 1, unit: 'days' }), { contact: false, execution: false })
    assert.deepEqual(needs({ until: '2026-01-01' }), { contact: false, execution: false })
    assert.deepEqual(needs({ until: 'contact.data.at' }), { contact: true, execution: false })
    assert.deepEqual(needs({ until: 'steps.s.output' }), { contact: false, execution: true })
    assert.deepEqual(needs({ timeOfDay: '09:00', timezone: 'event.zone' }), {
      contact: false,
      execution: true,
    })
  })

  it('has no branches', () => assert.deepEqual(branchesOf(aStep('DELAY', { amount: 1, unit: 'days' })), []))
})
