import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { run, tail } from './processes.js'
import type { Progress } from './types.js'

/** Java of this major version or newer runs both Kafka and the registry. */
const JAVA_AT_LEAST = 17
const APT_LIMIT_MS = 300_000

interface Tool {
  readonly title: string
  /** The Debian package that brings it. */
  readonly apt: string
  /** The command to run, or undefined where there is none that works. */
  readonly find: () => Promise<string | undefined>
}

/** The major version in the output of `java -version` (`1.8.0_292` is 8). */
export function javaMajor(output: string): number | undefined {
  const version = /version "(?:1\.)?(\d+)/.exec(output)?.[1]
  return version === undefined ? undefined : Number(version)
}

async function findJava(): Promise<string | undefined> {
  const home = process.env['JAVA_HOME']
  const candidates = home ? [join(home, 'bin', 'java'), 'java'] : ['java']
  for (const command of candidates) {
    const { ok, output } = await run(command, ['-version'], { withinMs: 20_000 })
    if (ok && (javaMajor(output) ?? 0) >= JAVA_AT_LEAST) return command
  }
  return undefined
}

async function works(command: string, args: readonly string[]): Promise<string | undefined> {
  return (await run(command, args, { withinMs: 30_000 })).ok ? command : undefined
}

const JAVA: Tool = { title: `Java ${JAVA_AT_LEAST} or newer`, apt: 'openjdk-17-jre-headless', find: findJava }
const MAVEN: Tool = { title: 'Maven (mvn)', apt: 'maven', find: () => works('mvn', ['-v']) }
const PYTHON: Tool = {
  title: 'Python 3 with pip',
  apt: 'python3-pip',
  find: () => works('python3', ['-m', 'pip', '--version']),
}

/** One sentence that names what is missing and every way on. */
export function missingSentence(missing: readonly { title: string; apt: string }[]): string {
  const titles = missing.map((tool) => tool.title).join(' and ')
  const packages = missing.map((tool) => tool.apt).join(' ')
  return (
    `Cannot start Kafka, MongoDB and the schema registry here: ${titles} missing. ` +
    `Install it (Debian, Ubuntu: apt-get install -y ${packages}), or start Docker, ` +
    'or set MONGODB_URI and KAFKA_BROKERS to services that run already.'
  )
}

/** Root on Debian or its kin installs what is missing by itself; everybody else is told what to do. */
function canInstall(): boolean {
  return process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
}

type Report = (step: Progress) => void
let listsAreFresh = false

export async function aptInstall(packages: readonly string[], report: Report): Promise<boolean> {
  if (!canInstall()) return false
  const began = Date.now()
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  const say = (what: string): void => report({ service: 'tools', what, elapsedMs: Date.now() - began })
  say(`installing with apt-get: ${packages.join(' ')}`)
  if (!listsAreFresh) await run('apt-get', ['update', '-q'], { env, withinMs: APT_LIMIT_MS })
  listsAreFresh = true
  const args = ['install', '-y', '-q', '--no-install-recommends', ...packages]
  const { ok, output } = await run('apt-get', args, { env, withinMs: APT_LIMIT_MS })
  say(ok ? 'installed' : `apt-get failed:\n${tail(output, 5)}`)
  return ok
}

async function missingOf(tools: readonly Tool[]): Promise<Tool[]> {
  const found = await Promise.all(tools.map((tool) => tool.find()))
  return tools.filter((_, index) => found[index] === undefined)
}

async function need(tools: readonly Tool[], report: Report): Promise<void> {
  const missing = await missingOf(tools)
  if (missing.length === 0) return
  const installed = await aptInstall(
    missing.map((tool) => tool.apt),
    report,
  )
  const still = installed ? await missingOf(missing) : missing
  if (still.length > 0) throw new Error(missingSentence(still))
}

/** Can local processes be started here, with what is there or can be installed? */
export async function canStartLocally(): Promise<boolean> {
  return canInstall() || (await missingOf([JAVA, MAVEN, PYTHON])).length === 0
}

/** What running takes (Java) and what fetching takes; gives the java command. */
export async function needTools(fetch: { maven: boolean; python: boolean }, report: Report): Promise<string> {
  await need([JAVA, ...(fetch.maven ? [MAVEN] : []), ...(fetch.python ? [PYTHON] : [])], report)
  return (await findJava()) ?? 'java'
}
