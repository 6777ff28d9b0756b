import { domainToASCII } from 'node:url'

const MAX_ADDRESS = 320
const MAX_LOCAL = 64
const MAX_DOMAIN = 255
/** A dot-atom of RFC 5322, letters beyond ASCII included (RFC 6531); no quotes, comments or white space. */
const LOCAL = /^[\p{L}\p{N}!#$%&'*+\-/=?^_`{|}~]+(?:\.[\p{L}\p{N}!#$%&'*+\-/=?^_`{|}~]+)*$/u
const LABELS =
  /^(?=.{1,255}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/

/**
 * Why `text` is not exactly one bare address, or null. Display names, lists, quoted names and address
 * literals are refused: they are what an injected second recipient is made of.
 */
export function addressFault(text: string): string | null {
  if (text.length > MAX_ADDRESS) return `is longer than ${MAX_ADDRESS} characters`
  const at = text.lastIndexOf('@')
  const [local, domain] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)]
  if (at < 1 || local.length > MAX_LOCAL || !LOCAL.test(local)) return 'is no e-mail address'
  if (domain.length > MAX_DOMAIN || !LABELS.test(domainToASCII(domain))) return 'has no valid domain'
  return null
}
