import { readFileSync } from 'node:fs'

/** From dist/src, where the compiled file stands. */
const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

export const PACKAGE_VERSION = String((manifest as { readonly version: unknown }).version)
