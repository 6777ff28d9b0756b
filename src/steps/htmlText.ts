import { compile } from 'html-to-text'

/** Open elements at a time; the parser's time grows with their number. */
const MAX_NESTING = 256
const TAG = /<(\/?)([a-z][a-z0-9]*)/gi
/** Never open, or closed by whatever follows. */
const UNNESTED = new Set(
  'area base br col embed hr img input link meta param source track wbr p li dt dd td th tr option'.split(
    ' ',
  ),
)

/** Made once: it costs more than most mails. */
const convert = compile({
  wordwrap: false,
  limits: { maxInputLength: 1_048_576, maxDepth: 64, maxChildNodes: 10_000 },
  selectors: [
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true } },
    { selector: 'img', format: 'skip' },
  ],
})

/** What a reader without HTML gets; takes linear time whatever the HTML is. */
export function htmlToText(html: string): string {
  if (isNestedTooDeeply(html)) return withoutTags(html)
  return convert(html)
}

function isNestedTooDeeply(html: string): boolean {
  let depth = 0
  for (const [, closing, name = ''] of html.matchAll(TAG)) {
    if (UNNESTED.has(name.toLowerCase())) continue
    depth = closing === '/' ? Math.max(depth - 1, 0) : depth + 1
    if (depth > MAX_NESTING) return true
  }
  return false
}

function withoutTags(html: string): string {
  const [before = '', ...pieces] = html.split('<')
  const texts = pieces.map((piece) => piece.slice(piece.indexOf('>') + 1))
  return [before, ...texts].join(' ').replace(/\s+/g, ' ').trim()
}
