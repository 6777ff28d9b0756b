import { derivedId, type ProjectId } from '../workflow/ids.js'
import { digestOf, newKeyText } from './apiKeys.js'
import type { KeyStore, NewKey } from './ports/keys.js'
import type { Project, ProjectStore } from './ports/projects.js'

export interface ProjectStores {
  readonly projects: ProjectStore
  readonly keys: KeyStore
}

/** Keys set beforehand; null: make one. */
export interface GivenKeys {
  readonly secretKey: string | null
  readonly publicKey: string | null
}

export interface FirstProject {
  readonly project: Project
  /** The keys' texts, at the one moment when they can be shown; null: the project was there before. */
  readonly shown: { readonly secretKey: string; readonly publicKey: string } | null
}

/** The same in every process, so that several that start at once make one project. */
const DEFAULT_ID = derivedId<ProjectId>(['project', 'default'])

/** At start: the project `default` with its keys. Keys set beforehand open it later too. */
export async function ensureDefaultProject(
  stores: ProjectStores,
  given: GivenKeys,
  now: Date,
): Promise<FirstProject> {
  const project: Project = { id: DEFAULT_ID, name: 'default', createdAt: now }
  const shown = {
    secretKey: given.secretKey ?? newKeyText('secret'),
    publicKey: given.publicKey ?? newKeyText('public'),
  }
  if (await stores.projects.createWithKeys(project, keysOf(shown))) return { project, shown }
  for (const key of keysOf(given)) await addOnce(stores.keys, key, now)
  return { project: (await stores.projects.get(DEFAULT_ID)) ?? project, shown: null }
}

function keysOf(given: GivenKeys): NewKey[] {
  const key = (text: string | null, type: NewKey['type']) =>
    text === null ? [] : [{ text, type, name: 'default' }]
  return [...key(given.secretKey, 'secret'), ...key(given.publicKey, 'public')]
}

/** A key that was revoked since stays revoked: its digest is taken. */
async function addOnce(keys: KeyStore, key: NewKey, now: Date): Promise<void> {
  if ((await keys.findByDigest(digestOf(key.text))) === null) await keys.add(DEFAULT_ID, key, now)
}
