import { isJsonObject, type JsonObject, type JsonValue } from '../workflow/json.js'

/** A Liquid text of a config and where it stands (`data.name`, `body.items[0]`). */
interface Text {
  readonly field: string
  readonly text: string
}

/** Every text inside `value`, keys aside. */
export function textsIn(field: string, value: JsonValue): Text[] {
  if (typeof value === 'string') return [{ field, text: value }]
  if (Array.isArray(value)) return value.flatMap((item, at) => textsIn(`${field}[${at}]`, item))
  if (!isJsonObject(value)) return []
  return Object.entries(value).flatMap(([key, item]) => textsIn(`${field}.${key}`, item))
}

/** The same value with every text replaced by what `change` makes of it. */
export function mapTexts(value: JsonValue, change: (text: string) => string): JsonValue {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change))
  return isJsonObject(value) ? mapFields(value, change) : value
}

export function mapFields(object: JsonObject, change: (text: string) => string): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, item]) => [key, mapTexts(item, change)]))
}
