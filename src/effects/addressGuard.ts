import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { parseWebUrl } from '../workflow/webUrl.js'
import { addressRefusal } from './addresses.js'
import { BAD_PORTS } from './badPorts.js'

export interface Address {
  readonly address: string
  readonly family: number
}

/** All addresses of a name, as the system's resolver gives them. */
export type Resolve = (hostname: string) => Promise<readonly Address[]>

/** Where a call may go: the connection is made to these addresses, and the name is not resolved again. */
export interface Target {
  readonly url: URL
  readonly addresses: readonly Address[]
}

/** The call must not be made; trying again would not help. */
export class TargetRefused extends Error {
  override readonly name = 'TargetRefused'
}

/** The name has no address, at least not now. */
export class NameNotFound extends Error {
  override readonly name = 'NameNotFound'
}

/** Judges a URL before anything is connected to. Throws TargetRefused or NameNotFound. */
export type AddressGuard = (url: string) => Promise<Target>

export interface GuardOptions {
  /** `host:port` pairs, as they stand in URLs, that are let through whatever they resolve to. */
  readonly allow: readonly string[]
  readonly resolve?: Resolve
}

/** Names that mean this machine or this network, whoever answers for them. */
const LOCAL_NAME = /(?:^|\.)(?:localhost|internal|local|home\.arpa)$/

/**
 * Resolves a name once and checks every address it has: one that is not public refuses the call, even beside
 * public ones, so a name cannot pass with one answer and be connected to with another.
 */
export function createAddressGuard({ allow, resolve = resolveBySystem }: GuardOptions): AddressGuard {
  const allowed = new Set(allow.map(normalPair))
  return async (text) => {
    const parsed = parseWebUrl(text)
    if (!parsed.ok) throw new TargetRefused(`URL ${parsed.message}`)
    const { url } = parsed
    const host = hostOf(url)
    const trusted = allowed.has(`${host}:${portOf(url)}`)
    if (!trusted) checkNameAndPort(host, portOf(url))
    const addresses = await addressesOf(host, resolve)
    if (!trusted) checkAddresses(host, addresses)
    return { url, addresses }
  }
}

async function addressesOf(host: string, resolve: Resolve): Promise<readonly Address[]> {
  const family = isIP(host)
  if (family !== 0) return [{ address: host, family }]
  const addresses = await resolve(host)
  if (addresses.length === 0) throw new NameNotFound(`${host} has no address`)
  return addresses
}

function checkNameAndPort(host: string, port: number): void {
  if (LOCAL_NAME.test(host)) throw new TargetRefused(`${host} is a local name`)
  if (BAD_PORTS.has(port)) throw new TargetRefused(`port ${port} is not for HTTP`)
}

function checkAddresses(host: string, addresses: readonly Address[]): void {
  for (const { address } of addresses) {
    const refusal = addressRefusal(address)
    if (refusal !== null) throw new TargetRefused(`${host}: ${address} ${refusal}`)
  }
}

/** Lower case, without the brackets of IPv6 and the dot of the root. */
function hostOf({ hostname }: URL): string {
  return hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.+$/, '')
}

function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port)
  return protocol === 'https:' ? 443 : 80
}

/** `host:port` in the form that URLs are compared in. Throws where it is none. */
export function normalPair(pair: string): string {
  const [, host, port] = /^([^\s/@?#]+):(\d{1,5})$/.exec(pair.trim()) ?? []
  if (host === undefined || !URL.canParse(`http://${host}/`)) throw new Error(`"${pair}" is no host:port`)
  return `${hostOf(new URL(`http://${host}/`))}:${Number(port)}`
}

async function resolveBySystem(hostname: string): Promise<readonly Address[]> {
  try {
    return await lookup(hostname, { all: true })
  } catch (error) {
    throw new NameNotFound(`${hostname} could not be resolved`, { cause: error })
  }
}
