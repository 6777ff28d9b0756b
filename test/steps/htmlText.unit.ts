import assert from 'node:assert/strict'
import { htmlToText } from '../../src/steps/htmlText.js'

describe('The text of an HTML mail', () => {
  it('has its words, lines and links, and no pictures', () => {
    const html =
      '<h1>Hi</h1><p>Read <a href="https://shop.example/a">this</a> and<br>that</p><img src="x" alt="pic">'
    assert.equal(htmlToText(html), 'HI\n\nRead this [https://shop.example/a] and\nthat')
  })

  it('has the words of tables in tables', () => {
    const html = `${'<table><tr><td>'.repeat(20)}deep${'</td></tr></table>'.repeat(20)}`
    assert.equal(htmlToText(html), 'deep')
  })

  it('has at least the words of what is nested beyond reason', () => {
    assert.equal(htmlToText(`first ${'<div>'.repeat(300)}a  <b>c</b>\nd`), 'first a c d')
  })

  const hostile = {
    'open elements': '<div>'.repeat(200_000),
    'open tables': '<table><tr><td>'.repeat(60_000),
    'open lists': '<ul><li>'.repeat(120_000),
    'elements as deep as they may be': `${'<b>'.repeat(256)}${'</b>'.repeat(256)}`.repeat(550),
    'closed elements nobody opened': '</div>'.repeat(150_000),
    'half a tag': '<'.repeat(1_000_000),
    'open quotes': '<a href="'.repeat(100_000),
    'open comments': '<!--'.repeat(250_000),
    'open entities': '&amp'.repeat(250_000),
    paragraphs: '<p>x'.repeat(250_000),
    rows: `<table>${'<tr><td>x</td></tr>'.repeat(50_000)}</table>`,
    headings: '<h1>x</h1>'.repeat(100_000),
    'white space': ' '.repeat(1_000_000),
    'half tags in deep elements': `${'<i>'.repeat(300)}${'<'.repeat(900_000)}`,
  }
  for (const [what, html] of Object.entries(hostile))
    it(`takes bounded time for a megabyte of ${what}`, () => {
      // Of this process, not of the clock: a busy machine is no fault of the text.
      const before = process.cpuUsage()
      htmlToText(html)
      const { user, system } = process.cpuUsage(before)
      assert.ok((user + system) / 1000 < 5_000)
    }).timeout(60_000)
})
