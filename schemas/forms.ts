import type { JsonObject } from '../src/workflow/json.js'
import { parseData } from './eventData.js'
import { type Fields, invalid } from './fields.js'

/** The two ways in which the same shapes travel; they differ in times and in data only. */
export interface Form {
  writeTime(at: Date): number | string
  readTime(fields: Fields, field: string): Date
  writeData(data: JsonObject): string | JsonObject
  /** The value of a `data` field, before its keys and depth were looked at. */
  readData(value: unknown): unknown
}

/** Times are milliseconds since 1970, data is JSON text. */
export const avroForm: Form = {
  writeTime: (at) => at.getTime(),
  readTime: (fields, field) => {
    const value = fields[field]
    if (typeof value !== 'number') throw invalid(field, 'must be milliseconds since 1970')
    return dateOf(value, field)
  },
  writeData: (data) => JSON.stringify(data),
  readData: (value) => (typeof value === 'string' ? parseData(value) : value),
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)$/

/** Times are ISO 8601 with a zone, data is an object. */
export const jsonForm: Form = {
  writeTime: (at) => at.toISOString(),
  readTime: (fields, field) => {
    const value = fields[field]
    if (typeof value !== 'string' || !ISO.test(value))
      throw invalid(field, 'must be an ISO 8601 time with a zone')
    return dateOf(Date.parse(value), field)
  },
  writeData: (data) => data,
  readData: (value) => value,
}

function dateOf(ms: number, field: string): Date {
  const at = new Date(ms)
  if (Number.isNaN(at.getTime())) throw invalid(field, 'is no point in time')
  return at
}
