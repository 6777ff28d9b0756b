import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Public addresses that clouds answer on from inside with what only the machine itself may know. */
const METADATA: ReadonlySet<string> = new Set(['168.63.129.16'])
/** What IANA hands out as global unicast; everything else of IPv6 is special. */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3')
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96')

/**
 * Why an address must not be called, or null. Only global unicast passes; an IPv4 address inside an
 * IPv4-mapped or NAT64 address is judged as itself, inside 6to4 and Teredo (both retired) it never passes.
 */
export function addressRefusal(address: string): string | null {
  if (address.includes('%') || isIP(address) === 0) return 'is no IP address without a zone'
  const parsed = ipaddr.parse(address)
  return parsed instanceof ipaddr.IPv4 ? refusalOfIPv4(parsed) : refusalOfIPv6(parsed)
}

function refusalOfIPv4(address: ipaddr.IPv4): string | null {
  if (METADATA.has(address.toString())) return 'is a metadata address'
  const range = address.range()
  return range === 'unicast' ? null : `is not public (${range})`
}

function refusalOfIPv6(address: ipaddr.IPv6): string | null {
  if (address.isIPv4MappedAddress()) return refusalOfIPv4(address.toIPv4Address())
  if (address.match(NAT64)) return refusalOfIPv4(new ipaddr.IPv4(address.toByteArray().slice(12)))
  const range = address.range()
  if (range !== 'unicast') return `is not public (${range})`
  return address.match(GLOBAL_IPV6) ? null : 'is not public (not global unicast)'
}
