import { existsSync, readdirSync, rmSync } from 'node:fs'
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
