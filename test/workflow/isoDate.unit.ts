import assert from 'node:assert/strict'
import fc from 'fast-check'
import { DateTime } from 'luxon'
import { isoMs } from '../../src/workflow/isoDate.js'

describe('An ISO 8601 time', () => {
  for (const text of [
    ...[
      '2026-03-01',
      '2026-03-01T10:00',
      '2026-03-01T10:00:30',
      '2026-03-01T10:00:30.5',
      '2026-03-01t10:00z',
    ],
    ...[
      '2026-03-01T10:00:00Z',
      '2026-03-01T10:00:00.123456789Z',
      '2026-03-01T10:00+02',
      '2026-03-01T10:00-0330',
    ],
    ...[
      '2026-03-01T10:00:00+05:45',
      '2024-02-29',
      '0001-01-01',
      '9999-12-31T23:59:59.999Z',
      '2026-03-01T24:00:00Z',
    ],
  ]) {
    it(`is ${text}`, () => {
      assert.equal(isoMs(text), DateTime.fromISO(text.toUpperCase(), { zone: 'utc' }).toMillis())
    })
  }

  for (const value of [
    ...[
      '',
      '2026',
      '2026-03',
      '20260301',
      '2026-3-1',
      '2026-02-29',
      '2026-04-31',
      '2026-13-01',
      '2026-00-10',
    ],
    ...[
      '2026-01-00',
      '2026-01-01T25:00Z',
      '2026-01-01T10:60Z',
      '2026-01-01 10:00',
      '2026-01-01Z',
      'yesterday',
    ],
    ...['2026-01-01T10:00:00+25:00', '2026-01-01T10', ' 2026-01-01', '1767225600000', 'Thu, 01 Jan 2026'],
    ...[1_767_225_600_000, null, undefined, true, {}, ['2026-01-01']],
  ]) {
    it(`is not ${JSON.stringify(value)}`, () => assert.equal(isoMs(value), null))
  }

  it('is read as it is written', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('2200-01-01'), noInvalidDate: true }), (date) => {
        assert.equal(isoMs(date.toISOString()), date.getTime())
      }),
    )
  })
})
