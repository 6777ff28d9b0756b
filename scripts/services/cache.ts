import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** `$XDG_CACHE_HOME/millrace`, by default `~/.cache/millrace`: outside the work tree, shared by all clones. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'millrace')
}

/** Short name of what a cached folder was made from: another recipe is another folder. */
export function fingerprint(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12)
}

export interface Recipe {
  readonly name: string
  readonly fingerprint: string
  /** Fills an empty folder; what it throws leaves the cache as it was. */
  readonly fill: (folder: string) => Promise<void>
}

const folderOf = (root: string, recipe: Recipe): string => join(root, `${recipe.name}-${recipe.fingerprint}`)

export function isCached(root: string, recipe: Recipe): boolean {
  return existsSync(folderOf(root, recipe))
}

/**
 * The folder with what the recipe makes. It appears under its name complete or not at all; two processes
 * that fill it at once do the work twice and keep one result.
 */
export async function cached(root: string, recipe: Recipe): Promise<string> {
  const folder = folderOf(root, recipe)
  if (existsSync(folder)) return folder
  const draft = join(root, 'drafts', `${recipe.name}-${randomBytes(6).toString('hex')}`)
  mkdirSync(draft, { recursive: true })
  try {
    await recipe.fill(draft)
    renameUnlessThere(draft, folder)
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
  return folder
}

function renameUnlessThere(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if (!existsSync(to)) throw error
  }
}
