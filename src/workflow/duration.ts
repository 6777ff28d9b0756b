import { DateTime, IANAZone } from 'luxon'
import { type Field, parseField } from './field.js'
import { isoMs } from './isoDate.js'
import type { JsonValue } from './json.js'

export const DELAY_UNIT_MS = { seconds: 1_000, minutes: 60_000, hours: 3_600_000, days: 86_400_000 } as const
type DelayUnit = keyof typeof DELAY_UNIT_MS
export const MAX_DELAY_MS = 365 * DELAY_UNIT_MS.days

export interface AmountDelay {
  readonly amount: number
  readonly unit: DelayUnit
}

interface UntilDelay {
  /** ISO 8601, or the path of a field that holds it. */
  readonly until: string
}

export interface ClockDelay {
  /** `HH:mm` or `HH:mm:ss`, on the clocks of the zone. */
  readonly timeOfDay: string
  /** 1 = Monday … 7 = Sunday; absent: every day. */
  readonly weekdays?: readonly number[] | undefined
  /** IANA name, or the path of a field that holds it. */
  readonly timezone: string
}

/** The three forms of a delay. */
export type DelayConfig = AmountDelay | UntilDelay | ClockDelay

export type DueTime =
  | { readonly ok: true; readonly at: Date }
  | { readonly ok: false; readonly error: string }

/** When a delay entered at `enteredAt` is over; `read` reads the field that the config may name. */
export function dueTime(
  config: DelayConfig,
  enteredAt: Date,
  read: (field: Field) => JsonValue | undefined,
): DueTime {
  if ('amount' in config) return { ok: true, at: new Date(enteredAt.getTime() + delayMs(config)) }
  if ('until' in config) return untilTime(config.until, read)
  return clockTime(config, enteredAt, read)
}

/** Fractions of a unit count; fractions of a millisecond are rounded. */
export function delayMs({ amount, unit }: AmountDelay): number {
  return Math.round(amount * DELAY_UNIT_MS[unit])
}

/** The field that a delay reads, or null. */
export function delayField(config: DelayConfig): Field | null {
  if ('amount' in config) return null
  return 'until' in config ? untilField(config.until) : zoneField(config.timezone)
}

/** Can this text stand in `until`? */
export function isUntil(text: string): boolean {
  return isoMs(text) !== null || untilField(text) !== null
}

/** Can this text stand in `timezone`? */
export function isZone(text: string): boolean {
  return IANAZone.isValidZone(text) || zoneField(text) !== null
}

function untilField(text: string): Field | null {
  return isoMs(text) === null ? parseField(text) : null
}

function zoneField(text: string): Field | null {
  return IANAZone.isValidZone(text) ? null : parseField(text)
}

function untilTime(until: string, read: (field: Field) => JsonValue | undefined): DueTime {
  const field = untilField(until)
  const ms = isoMs(field === null ? until : read(field))
  return ms === null ? unusable(until, 'an ISO 8601 time') : { ok: true, at: new Date(ms) }
}

function clockTime(
  config: ClockDelay,
  enteredAt: Date,
  read: (field: Field) => JsonValue | undefined,
): DueTime {
  const field = zoneField(config.timezone)
  const zone = field === null ? config.timezone : read(field)
  if (typeof zone !== 'string' || !IANAZone.isValidZone(zone))
    return unusable(config.timezone, 'the name of a time zone')
  return { ok: true, at: nextLocalTime({ ...config, timezone: zone }, enteredAt) }
}

function unusable(name: string, wanted: string): DueTime {
  return { ok: false, error: `"${name}" holds no usable value: it must be ${wanted}` }
}

/**
 * The first time at or after `from` when the zone's clocks show the time of day on one of the weekdays, `days`
 * after today or later. Found within two weeks, also around a day that a zone left out of its calendar.
 */
function nextLocalTime(config: ClockDelay, from: Date, days = 0): Date {
  const { timeOfDay, weekdays = [], timezone: zone } = config
  const [hour, minute, second = 0] = timeOfDay.split(':').map(Number) as [number, number, number?]
  const today = DateTime.fromJSDate(from, { zone }).startOf('day')
  const { year, month, day } = today.plus({ days })
  const at = firstOf(DateTime.fromObject({ year, month, day, hour, minute, second }, { zone }))
  const isAllowed = weekdays.length === 0 || weekdays.includes(at.weekday)
  return isAllowed && at.toMillis() >= from.getTime() ? at.toJSDate() : nextLocalTime(config, from, days + 1)
}

/** Where clocks go back, a local time comes twice: the first one. Where they go forward, luxon moves it on. */
function firstOf(time: DateTime): DateTime {
  return time.getPossibleOffsets().reduce((a, b) => DateTime.min(a, b), time)
}
