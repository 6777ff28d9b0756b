import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const ROOMS = ['src', 'consumers', 'producers', 'schemas', 'bin', 'scripts', 'bench', 'test']

/** The source of a compiled file (`a.js`, `a.js.map`, `a.d.ts`); undefined for anything else. */
export function sourceOf(compiled: string): string | undefined {
  return /\.(js|js\.map|d\.ts)$/.test(compiled) ? compiled.replace(/\.(js|js\.map|d\.ts)$/, '.ts') : undefined
}

/** tsc leaves the output of deleted files behind: deleted tests would go on running. */
export function removeStaleOutput(root: string): void {
  for (const room of ROOMS) {
    for (const file of filesUnder(join(root, 'dist', room))) {
      const source = sourceOf(file)
      if (source !== undefined && !existsSync(join(root, room, source)))
        rmSync(join(root, 'dist', room, file))
    }
  }
}

function filesUnder(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : []
}

/** Files of a compiled room that hold nothing but types, as globs: nothing runs there, nothing can be covered. */
export function typesOnly(root: string, room: string): string[] {
  const folder = join(root, 'dist', room)
  return filesUnder(folder)
    .filter((file) => file.endsWith('.js') && isTypesOnly(readFileSync(join(folder, file), 'utf8')))
    .map((file) => `dist/${room}/${file}`)
}

/** tsc leaves only `export {};` (and comments) of a module without values. */
export function isTypesOnly(javascript: string): boolean {
  return javascript.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '').trim() === 'export {};'
}
