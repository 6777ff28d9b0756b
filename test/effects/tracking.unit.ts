import assert from 'node:assert/strict'
import { createTracking } from '../../src/effects/tracking.js'
import { EXECUTION, PROJECT, STEP } from '../support/effectFacts.js'

const OPTIONS = { publicUrl: 'https://m.example/base/', secret: 'a secret' }
const MAIL = { projectId: PROJECT, executionId: EXECUTION, stepId: STEP }
const clicks = createTracking({ ...OPTIONS, opens: false, clicks: true })
const opens = createTracking({ ...OPTIONS, opens: true, clicks: false })
const rewrite = (html: string, untracked: readonly string[] = []) => clicks.rewrite(html, MAIL, untracked)

/** Token and destination of the tracked links of a text. */
function links(html: string): readonly (readonly [string, string])[] {
  const found = html.matchAll(/https:\/\/m\.example\/base\/t\/c\/([\w-]+)\?u=([^"&\s]+)/g)
  return [...found].map(([, token = '', url = '']) => [token, decodeURIComponent(url)])
}

describe('Tracked links', () => {
  for (const [what, html, url] of [
    [
      'in double quotes',
      '<a href="https://shop.example/?a=1&amp;b=2">x</a>',
      'https://shop.example/?a=1&b=2',
    ],
    ['in single quotes', "<a class='x' HREF = 'http://shop.example/'>x</a>", 'http://shop.example/'],
    ['without quotes', '<a href=https://shop.example/x>x</a>', 'https://shop.example/x'],
    ['of an area', '<map><area href="https://shop.example/"></map>', 'https://shop.example/'],
    [
      'with quotes inside',
      '<a href="https://shop.example/?q=&quot;x&quot;">x</a>',
      'https://shop.example/?q="x"',
    ],
  ] as const)
    it(`replaces a link ${what}`, () => {
      const tracked = rewrite(html)
      const [link, ...more] = links(tracked)
      assert.ok(link !== undefined && more.length === 0, tracked)
      assert.equal(link[1], url)
      assert.deepEqual(clicks.read(...link), MAIL)
      assert.equal(
        tracked.replace(/href\s*=\s*\S+?(?=[\s>])/i, ''),
        html.replace(/href\s*=\s*\S+?(?=[\s>])/i, ''),
      )
    })

  for (const html of [
    '<a href="mailto:a@b.example">x</a>',
    '<a href="tel:+1">x</a>',
    '<a href="#top">x</a>',
    '<a href="/relative">x</a>',
    '<a href="javascript:alert(1)">x</a>',
    '<a href="https://">x</a>',
    '<a href>x</a>',
    '<img src="https://shop.example/x.png">',
    '<link href="https://shop.example/x.css">',
    '<!-- <a href="https://shop.example">x</a> -->',
    '<p>https://shop.example</p>',
    '<a data-href="https://shop.example">x</a>',
  ])
    it(`leaves ${html}`, () => assert.equal(rewrite(html), html))

  it('leaves the links that it is told to leave', () => {
    const html = '<a href="https://m.example/u/1">x</a><a href="https://shop.example/">y</a>'
    assert.deepEqual(
      links(rewrite(html, ['https://m.example/u/1'])).map(([, url]) => url),
      ['https://shop.example/'],
    )
  })

  it('are good for their own destination only, and only as they were made', () => {
    const [link = ['', '']] = links(rewrite('<a href="https://shop.example/">x</a>'))
    const [token] = link
    const other = createTracking({ ...OPTIONS, secret: 'another', opens: true, clicks: true })
    assert.equal(clicks.read(token, 'https://evil.example/'), null)
    assert.equal(clicks.read(token, null), null)
    assert.equal(other.read(token, 'https://shop.example/'), null)
    const changed = `${token.slice(0, 20)}${token[20] === 'A' ? 'B' : 'A'}${token.slice(21)}`
    for (const text of ['', 'x', token.slice(1), `${token}=`, `${token}A`, changed])
      assert.equal(clicks.read(text, 'https://shop.example/'), null, text)
  })
})

describe('The image that says that a mail was opened', () => {
  for (const [html, place] of [
    ['<p>x</p>', /<p>x<\/p><img src="[^"]+" width="1" height="1"[^>]*>$/],
    ['<body><p>x</p></BODY></html>', /<p>x<\/p><img [^>]+><\/BODY><\/html>$/],
  ] as const)
    it(`stands at the end of ${html}`, () => {
      const tracked = opens.rewrite(html, MAIL, [])
      assert.match(tracked, place)
      const [, token = ''] = /\/base\/t\/o\/([\w-]+)"/.exec(tracked) ?? []
      assert.deepEqual(opens.read(token, null), MAIL)
      assert.equal(opens.read(token, ''), null)
    })
})
