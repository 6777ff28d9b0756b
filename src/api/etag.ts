import { MillraceError } from '../errors.js'

/** A workflow's revision as the ETag of every answer that shows it or a part of it. */
export function etag(revision: number): Readonly<Record<string, string>> {
  return { ETag: `"${revision}"` }
}

/** `If-Match: "5"`, several in a list, or `*`. What is no such list matches nothing. */
export function checkMatch(ifMatch: string | undefined, revision: number): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return
  const named = ifMatch.split(',').map((tag) => tag.trim())
  if (named.includes(`"${revision}"`)) return
  throw new MillraceError('PRECONDITION_FAILED', `The workflow has changed: its ETag is "${revision}" now.`)
}
