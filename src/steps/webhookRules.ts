import { parseWebUrl } from '../workflow/webUrl.js'

/** Names that the connection itself or Standard Webhooks owns. */
const RESERVED_HEADERS: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authorization',
  'upgrade',
  'expect',
  'te',
  'trailer',
  'http2-settings',
  'accept-encoding',
])
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,256}$/
/** Field values of RFC 9110: tab, visible ASCII and latin-1; no CR, LF, NUL, and nothing beyond U+00FF. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
const MAX_HEADER_VALUE = 8192
const LIQUID = /\{\{|\{%/

/** Why this header cannot be sent, or null; holds for templates as well as for rendered values. */
export function headerFault(name: string, value: string): string | null {
  const lower = name.toLowerCase()
  if (!TOKEN.test(name)) return 'is no header name'
  if (RESERVED_HEADERS.has(lower) || lower.startsWith('webhook-')) return 'is set by Millrace alone'
  return headerValueFault(value)
}

export function headerValueFault(value: string): string | null {
  if (value.length > MAX_HEADER_VALUE) return `is longer than ${MAX_HEADER_VALUE} characters`
  return FIELD_VALUE.test(value) ? null : 'has a line break, a control character or one beyond U+00FF'
}

/** Why a URL as written cannot be right, or null; one with Liquid is judged in full once it is rendered. */
export function webhookUrlFault(url: string): string | null {
  if (!LIQUID.test(url)) {
    const parsed = parseWebUrl(url)
    return parsed.ok ? null : parsed.message
  }
  if (/[\p{Cc}]/u.test(url)) return 'has a line break or another control character'
  const scheme = /^([^:/?#{]*):/.exec(url)?.[1]
  if (scheme !== undefined && !/^https?$/i.test(scheme)) return 'must be http or https'
  return null
}
