import assert from 'node:assert/strict'
import { performance } from 'node:perf_hooks'
import { checkTemplate, createRenderer } from '../../src/effects/liquid.js'
import { TemplateError } from '../../src/effects/ports.js'
import type { JsonObject } from '../../src/workflow/json.js'

const renderer = createRenderer()
const text = (template: string, scope: JsonObject = {}) => renderer.render(template, scope)
const html = (template: string, scope: JsonObject = {}) => renderer.render(template, scope, { html: true })

function cyclic(): JsonObject {
  const object: JsonObject = { list: [] }
  object['self'] = object
  return object
}

describe('Liquid rendering', () => {
  const rendered: readonly [string, string, JsonObject, string][] = [
    [
      'values by path',
      '{{ contact.data.plan }} {{ list[1] }}',
      { contact: { data: { plan: 'pro' } }, list: [1, 2] },
      'pro 2',
    ],
    ['a missing path as nothing', '[{{ a.b.c }}]', {}, '[]'],
    [
      'no inherited property',
      '[{{ constructor }}{{ a.constructor.name }}{{ __proto__ }}{{ a.toString }}]',
      { a: {} },
      '[]',
    ],
    ['an own property named constructor', '{{ a.constructor }}', { a: { constructor: 'x' } }, 'x'],
    [
      'data that looks like Liquid, as it is',
      '{{ name }}',
      { name: '{{ secret }}{% for %}', secret: 'S' },
      '{{ secret }}{% for %}',
    ],
    [
      'conditions and loops',
      '{% for i in list %}{% if i > 1 and list contains 2 %}{{ i }}{% endif %}{% endfor %}',
      { list: [1, 2, 3] },
      '23',
    ],
    ['objects as JSON', '{{ a }}', { a: { b: [1] } }, '{"b":[1]}'],
    ['times in UTC', '{{ at | date: "%H:%M" }}', { at: '2025-01-02T23:30:00.000Z' }, '23:30'],
    ['text without Liquid as it is', '100% { } "x"', {}, '100% { } "x"'],
  ]
  for (const [what, template, scope, expected] of rendered)
    it(`writes ${what}`, () => assert.equal(text(template, scope), expected))

  it('escapes output values in HTML, also of objects, unless told raw', () => {
    const scope = { name: `<script>alert("1")</script> & 'x'`, list: ['<b>'] }
    assert.equal(
      html('<p>{{ name }}</p>', scope),
      '<p>&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt; &amp; &#39;x&#39;</p>',
    )
    assert.equal(html('{{ list }}', scope), '&lt;b&gt;')
    assert.equal(html('{{ list | join | raw }}', scope), '<b>')
  })

  it('leaves the scope as it was', () => {
    const scope = { n: 1 }
    assert.equal(text('{% increment n %}{% assign x = 2 %}', scope), '1')
    assert.deepEqual(scope, { n: 1 })
  })

  const refused: readonly [string, string, JsonObject, RegExp][] = [
    ['a call of a constructor', '{{ constructor.constructor("return process")() }}', {}, /./],
    ['include', "{% include 'x' %}", {}, /include/],
    ['render', "{% render '/etc/passwd' %}", {}, /render/],
    ['layout', "{% layout 'x' %}", {}, /layout/],
    ['an unknown filter', '{{ a | nope }}', {}, /nope/],
    [
      'a filter that reads data as Liquid',
      '{{ list | where_exp: "i", rule }}',
      { list: [1], rule: 'i' },
      /where_exp/,
    ],
    ['cyclic data as JSON', '{{ a | json }}', { a: cyclic() }, /circular/],
    ['cyclic data', '{{ a }}', { a: cyclic() }, /circular/],
    ['a template over 512 KiB', `{{ a }}${'x'.repeat(512 * 1024)}`, {}, /524288 bytes/],
    ['over 10,000 outputs', '{{ a }}'.repeat(10_001), {}, /10000 tags/],
    ['over 10,000 lines of a liquid tag', `{% liquid${'\necho a'.repeat(10_001)}\n%}`, {}, /10000 tags/],
    ['nesting beyond the stack', '{% if a %}'.repeat(9_000), { a: 1 }, /./],
  ]
  for (const [what, template, scope, message] of refused)
    it(`refuses ${what}`, () =>
      assert.throws(
        () => text(template, scope),
        (error) => error instanceof TemplateError && message.test(error.message),
      ))

  const numbers = Array.from({ length: 60_000 }, (_, i) => (i * 7919) % 65_536)
  const greedy: readonly [string, string, JsonObject][] = [
    ['a range of a hundred million', '{% for i in (1..100000000) %}{% endfor %}', {}],
    [
      'nested loops',
      '{% for i in (1..900) %}{% for j in (1..900) %}{% for k in (1..900) %}{% endfor %}{% endfor %}{% endfor %}',
      {},
    ],
    ['100 MB of output', `{% for i in (1..100000) %}${'x'.repeat(1000)}{% endfor %}`, {}],
    [
      'endless capture',
      `{% for i in (1..900) %}{% for j in (1..900) %}{% capture a %}{{ a }}${'x'.repeat(100_000)}{% endcapture %}{% endfor %}{% endfor %}`,
      {},
    ],
    [
      'a string that doubles',
      `{% assign a = "xxxxxxxxxx" %}${'{% assign a = a | append: a %}'.repeat(40)}{{ a }}`,
      {},
    ],
    ['a padded date', '{{ "now" | date: "%999999999d" }}', {}],
    [
      'a long chain of filters',
      `{{ a${' | slugify: "latin"'.repeat(20_000)} }}`,
      { a: 'é<'.repeat(130_000) },
    ],
    ['a long chain of sorts', `{{ a${' | sort'.repeat(20_000)} }}`, { a: numbers }],
    [
      'a long condition',
      `{% if ${'a contains b or '.repeat(20_000)} a %}{% endif %}`,
      { a: 'a'.repeat(120_000), b: `${'a'.repeat(60_000)}b` },
    ],
  ]
  for (const [what, template, scope] of greedy)
    it(`stops ${what} in bounded time`, () => {
      const started = performance.now()
      assert.throws(() => text(template, scope), TemplateError)
      assert.ok(performance.now() - started < 3_000)
    })
})

describe('Template check', () => {
  it('finds nothing in a good template', () =>
    assert.equal(checkTemplate('Hi {{ contact.email | upcase }}'), null))

  it('names line and column of the first error', () => {
    assert.deepEqual(checkTemplate('a\n  {{ x | nope }}'), {
      line: 2,
      column: 3,
      message: 'undefined filter: nope',
    })
    const open = checkTemplate('a\nb {% if x %}')
    assert.equal(open?.line, 2)
    assert.equal(open?.column, 3)
  })
})
