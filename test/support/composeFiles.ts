import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

export type Environment = Readonly<Record<string, string>>

export interface ComposeService {
  readonly image: string
  readonly environment?: Environment
  readonly healthcheck?: object
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly security_opt?: readonly string[]
  readonly profiles?: readonly string[]
  readonly ports?: readonly string[]
  readonly command?: readonly string[]
  readonly volumes?: readonly string[]
  readonly networks?: readonly string[]
}

interface Extension {
  readonly extends?: { readonly file: string; readonly service: string }
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>
  readonly networks?: Readonly<Record<string, unknown>>
  readonly volumes?: Readonly<Record<string, unknown>>
}

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** Of a file by its path from the root of the repository. */
export const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

/** What Compose would put in for `${NAME:-default}` and `${NAME:?reason}`, nothing of it being set but the needed. */
const NEEDED: Environment = {
  MILLRACE_VERSION: '1.0.0',
  KAFKA_CLUSTER_ID: 'q1Sh-9_ISia_zwGINzRvyQ',
  PUBLIC_URL: 'https://example.com',
  MILLRACE_SECRET_KEY: `sk_${'0'.repeat(32)}`,
  MILLRACE_PUBLIC_KEY: `pk_${'0'.repeat(32)}`,
}

function substituted(yaml: string): string {
  return yaml.replaceAll(/\$\{(\w+):([-?])([^}]*)\}/g, (_, name: string, kind: string, rest: string) => {
    if (kind === '-') return rest
    assert.ok(NEEDED[name] !== undefined, `${name} is needed and not known here`)
    return NEEDED[name]
  })
}

/** A file as Compose reads it, services that are taken from other files included. */
export function composeFile(path: string): ComposeFile {
  const file = parse(substituted(textOf(path)), { merge: true }) as ComposeFile
  const whole = (service: ComposeService & Extension): ComposeService => {
    const { extends: from, ...own } = service
    if (from === undefined) return own
    const taken = composeFile(join(dirname(path), from.file)).services[from.service]
    assert.ok(taken !== undefined, `${from.file} has no ${from.service}`)
    return { ...taken, ...own }
  }
  const services = Object.entries(file.services).map(([name, service]) => [name, whole(service)])
  return { ...file, services: Object.fromEntries(services) as ComposeFile['services'] }
}

/** What the image sets for every container made from it. */
export function imageEnvironment(): Environment {
  const block = /ENV ((?:.*\\\n)*.*)\n/.exec(textOf('Dockerfile'))?.[1] ?? ''
  const pairs = [...block.matchAll(/(\w+)=(\S+)/g)].map(([, name = '', value]) => [name, value])
  const { NODE_ENV: _, PATH: __, ...settings } = Object.fromEntries(pairs) as Record<string, string>
  return settings
}
