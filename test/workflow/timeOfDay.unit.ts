import assert from 'node:assert/strict'
import fc from 'fast-check'
import { DateTime } from 'luxon'
import { type ClockDelay, delayField, dueTime, isUntil, isZone } from '../../src/workflow/duration.js'
import type { JsonValue } from '../../src/workflow/json.js'

function due(config: ClockDelay, entered: string, value?: JsonValue): string {
  const result = dueTime(config, new Date(entered), () => value)
  return result.ok ? result.at.toISOString() : result.error
}

describe('A delay until a time of day', () => {
  const berlin = { timeOfDay: '09:00', timezone: 'Europe/Berlin' }

  it('is over today where the time is still to come', () => {
    assert.equal(due(berlin, '2026-03-02T07:00:00Z'), '2026-03-02T08:00:00.000Z')
  })

  it('is over at once at that very time', () => {
    assert.equal(due(berlin, '2026-03-02T08:00:00.000Z'), '2026-03-02T08:00:00.000Z')
  })

  it('is over tomorrow where the time has passed', () => {
    assert.equal(due(berlin, '2026-03-02T08:00:00.001Z'), '2026-03-03T08:00:00.000Z')
  })

  it("goes by the zone's date", () => {
    const config = { timeOfDay: '00:30', timezone: 'Pacific/Auckland' }
    assert.equal(due(config, '2026-06-10T12:10:00Z'), '2026-06-10T12:30:00.000Z')
  })

  it('knows seconds', () => {
    assert.equal(
      due({ timeOfDay: '09:00:30', timezone: 'UTC' }, '2026-03-02T09:00:10Z'),
      '2026-03-02T09:00:30.000Z',
    )
  })

  it('waits for one of the weekdays', () => {
    const weekend = { ...berlin, weekdays: [6, 7] }
    assert.equal(due(weekend, '2026-03-02T07:00:00Z'), '2026-03-07T08:00:00.000Z')
    assert.equal(due(weekend, '2026-03-07T09:00:00Z'), '2026-03-08T08:00:00.000Z')
    assert.equal(due({ ...berlin, weekdays: [1] }, '2026-03-02T08:00:01Z'), '2026-03-09T08:00:00.000Z')
    assert.equal(due({ ...berlin, weekdays: [] }, '2026-03-02T07:00:00Z'), '2026-03-02T08:00:00.000Z')
  })

  it('moves forward where clocks leave the time out', () => {
    const config = { timeOfDay: '02:30', timezone: 'Europe/Berlin' }
    assert.equal(due(config, '2026-03-28T23:30:00Z'), '2026-03-29T01:30:00.000Z')
  })

  it('takes the first where clocks show the time twice', () => {
    const config = { timeOfDay: '02:30', timezone: 'Europe/Berlin' }
    assert.equal(due(config, '2026-10-24T23:00:00Z'), '2026-10-25T00:30:00.000Z')
    assert.equal(due(config, '2026-10-25T00:45:00Z'), '2026-10-26T01:30:00.000Z')
    const west = { timeOfDay: '01:30', timezone: 'America/New_York' }
    assert.equal(due(west, '2026-11-01T04:00:00Z'), '2026-11-01T05:30:00.000Z')
  })

  it('keeps the time of day over a change of clocks', () => {
    assert.equal(due(berlin, '2026-03-28T09:00:00Z'), '2026-03-29T07:00:00.000Z')
  })

  it('gets over a day that a zone left out', () => {
    const config = { timeOfDay: '09:00', timezone: 'Pacific/Apia' }
    assert.equal(due({ ...config, weekdays: [5] }, '2011-12-30T05:00:00Z'), '2012-01-05T19:00:00.000Z')
    assert.equal(due(config, '2011-12-30T05:00:00Z'), '2011-12-30T19:00:00.000Z')
  })

  it('reads the zone from a field', () => {
    const config = { timeOfDay: '09:00', timezone: 'contact.data.zone' }
    assert.equal(due(config, '2026-03-02T00:00:00Z', 'Asia/Tokyo'), '2026-03-02T00:00:00.000Z')
    assert.equal(delayField(config)?.text, 'contact.data.zone')
    assert.equal(delayField(berlin), null)
    for (const value of [undefined, null, 5, '', 'Mars/Olympus'])
      assert.match(due(config, '2026-03-02T00:00:00Z', value), /"contact.data.zone" holds no usable value/)
  })

  it('never ends early, comes within two weeks and shows the right time', () => {
    const zones = fc.constantFrom(
      'Europe/Berlin',
      'America/New_York',
      'Asia/Kathmandu',
      'Australia/Lord_Howe',
      'UTC',
    )
    const days = fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 })
    const from = fc.date({ min: new Date('2000-01-01'), max: new Date('2037-01-01'), noInvalidDate: true })
    fc.assert(
      fc.property(zones, days, from, fc.integer({ min: 4, max: 23 }), (timezone, weekdays, entered, hour) => {
        const timeOfDay = `${String(hour).padStart(2, '0')}:15`
        const result = dueTime({ timeOfDay, weekdays, timezone }, entered, () => null)
        assert.ok(result.ok)
        const local = DateTime.fromJSDate(result.at, { zone: timezone })
        assert.equal(local.toFormat('HH:mm:ss.SSS'), `${timeOfDay}:00.000`)
        assert.ok(weekdays.includes(local.weekday))
        assert.ok(result.at >= entered && result.at.getTime() - entered.getTime() <= 8 * 86_400_000)
      }),
    )
  })
})

describe('What a delay can be written with', () => {
  it('is a time or a field', () => {
    for (const text of ['2026-01-01', 'event.at', 'contact.createdAt']) assert.ok(isUntil(text))
    for (const text of ['', 'soon', 'at', '2026-02-30']) assert.ok(!isUntil(text))
  })

  it('is a zone or a field', () => {
    for (const text of ['UTC', 'Europe/Berlin', 'data.zone']) assert.ok(isZone(text))
    for (const text of ['', 'Mars/Olympus', 'local', 'zone']) assert.ok(!isZone(text))
  })
})
