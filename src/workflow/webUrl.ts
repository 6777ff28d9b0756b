const REPAIRED_BY_PARSERS = /[\p{Cc}\s\\]/u

/**
 * A URL that may be called as far as its text can tell: http or https, no credentials. White space, control
 * characters and backslashes are refused, not repaired: URL parsers disagree about them, and what was checked
 * must be what is called.
 */
export function parseWebUrl(
  text: string,
): { readonly ok: true; readonly url: URL } | { readonly ok: false; readonly message: string } {
  if (REPAIRED_BY_PARSERS.test(text)) return no('has white space, a control character or a backslash')
  if (!URL.canParse(text)) return no('is no absolute URL')
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return no('must be http or https')
  if (url.username !== '' || url.password !== '') return no('must not hold credentials')
  return { ok: true, url }
}

function no(message: string) {
  return { ok: false, message } as const
}
