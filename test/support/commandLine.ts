import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { EngineWorld } from './engineWorld.js'

const MILLRACE = fileURLToPath(new URL('../../bin/millrace.js', import.meta.url))

export interface Said {
  readonly code: number
  readonly out: string
  readonly err: string
}

export type CommandLine = (...args: readonly string[]) => Promise<Said>

/** `millrace …` as a process of its own. */
export function commandLine(env: Readonly<Record<string, string>>): CommandLine {
  return (...args) =>
    new Promise((resolve) => {
      const child = execFile(
        process.execPath,
        [MILLRACE, ...args],
        { env: { ...process.env, ...env } },
        (_error, out, err) => resolve({ code: child.exitCode ?? -1, out, err }),
      )
    })
}

/** The settings with which a process joins this world. */
export function settingsOf({ database, inputTopic }: EngineWorld): Record<string, string> {
  return {
    MONGODB_URI: database.uri,
    TOPIC_PREFIX: inputTopic.replace('contact-events', ''),
    PARTITIONS: '3',
  }
}
