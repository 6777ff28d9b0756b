import assert from 'node:assert/strict'
import { createRenderer } from '../../src/effects/liquid.js'
import { type Renderer, TemplateError } from '../../src/effects/ports.js'
import { type MailTexts, mailScope, renderMail } from '../../src/steps/renderMail.js'
import type { JsonObject } from '../../src/workflow/json.js'

const links = {
  unsubscribeUrl: 'https://m.example/u/1',
  subscribeUrl: 'https://m.example/s/1',
  manageUrl: 'https://m.example/p/1',
}
const roots: JsonObject = {
  contact: { email: 'ada@example.com', data: { firstName: 'Ada' } },
  data: { firstName: 'Ada', plan: 'pro' },
  event: { plan: 'team', order: 7 },
  workflow: { name: 'Welcome' },
}
const scope = (more: JsonObject = {}) => mailScope({ ...roots, ...more }, 'ada@example.com', links)
const texts = (more: Partial<MailTexts>): MailTexts => ({
  subject: 'Hi',
  body: '<p>Hi</p>',
  text: null,
  type: 'TRANSACTIONAL',
  ...more,
})
const render = (more: Partial<MailTexts>, given = scope()) => renderMail(texts(more), given, createRenderer())

describe('The variables of a mail', () => {
  it('are the roots, the data of contact and event flat, the address and the links', () => {
    const body =
      '{{ firstName }} {{ plan }} {{ order }} {{ contact.data.firstName }} {{ workflow.name }} {{ email }} {{ unsubscribeUrl }}'
    assert.equal(render({ body }).body, 'Ada team 7 Ada Welcome ada@example.com https://m.example/u/1')
  })

  it('cannot be overridden by anybody’s data', () => {
    const evil = {
      email: 'x',
      unsubscribeUrl: 'x',
      subscribeUrl: 'x',
      manageUrl: 'x',
      contact: 'x',
      workflow: 'x',
    }
    const given = scope({ data: evil, event: evil })
    const body =
      '{{ email }} {{ unsubscribeUrl }} {{ subscribeUrl }} {{ manageUrl }} {{ contact.email }} {{ workflow.name }}'
    assert.equal(
      render({ body }, given).body,
      'ada@example.com https://m.example/u/1 https://m.example/s/1 https://m.example/p/1 ada@example.com Welcome',
    )
  })

  it('do without data that is none', () => {
    assert.equal(render({ body: '{{ email }}' }, scope({ data: null, event: [1] })).body, 'ada@example.com')
  })
})

describe('A rendered mail', () => {
  it('has values escaped in its HTML only', () => {
    const given = scope({ data: { name: '<script>alert(1)</script>{{ email }}' } })
    const mail = render({ subject: '{{ name }}', body: '<p>{{ name }}</p>', text: '{{ name }}' }, given)
    assert.equal(mail.subject, '<script>alert(1)</script>{{ email }}')
    assert.equal(mail.body, '<p>&lt;script&gt;alert(1)&lt;/script&gt;{{ email }}</p>')
    assert.equal(mail.text, '<script>alert(1)</script>{{ email }}')
  })

  it('has a subject of one line', () => {
    const given = scope({ data: { name: 'Ada\r\nBcc: x@evil.example\u2028\0\tL' } })
    assert.equal(render({ subject: '\n Hi {{ name }} ' }, given).subject, 'Hi Ada Bcc: x@evil.example L')
    assert.equal(render({ subject: 'x'.repeat(600) }).subject.length, 500)
  })

  it('has a text made from its HTML unless one is given', () => {
    const body =
      '<h1>Hi</h1><p>Read <a href="https://shop.example/a">this</a> and<br>that</p><img src="x" alt="pic">'
    assert.equal(render({ body }).text, 'HI\n\nRead this [https://shop.example/a] and\nthat')
    assert.equal(render({ body, text: 'Hi {{ plan }}' }).text, 'Hi team')
  })

  it('ends with an unsubscribe link where marketing has none', () => {
    const type = 'MARKETING'
    const plain = render({ type, body: '<p>Buy</p>' })
    assert.match(
      plain.body,
      /^<p>Buy<\/p>\n<p [^>]*><a href="https:\/\/m\.example\/u\/1">Unsubscribe<\/a><\/p>$/,
    )
    assert.match(plain.text, /Unsubscribe \[https:\/\/m\.example\/u\/1\]$/)
    const page = render({ type, body: '<html><body>Buy</BODY></html>', text: 'Buy' })
    assert.match(page.body, /^<html><body>Buy<p .*<\/p><\/BODY><\/html>$/)
    assert.equal(page.text, 'Buy\n\nUnsubscribe: https://m.example/u/1\n')
  })

  it('keeps the link that marketing has, and adds none to other mail', () => {
    const body = '<a href="{{ unsubscribeUrl }}">No more</a>'
    const mail = render({ type: 'MARKETING', body, text: 'Stop: {{ unsubscribeUrl }}' })
    assert.equal(mail.body, '<a href="https://m.example/u/1">No more</a>')
    assert.equal(mail.text, 'Stop: https://m.example/u/1')
    assert.equal(render({ body: '<p>Buy</p>' }).body, '<p>Buy</p>')
    assert.equal(render({ type: 'MARKETING', body: '<p>Buy</p>' }, roots).body, '<p>Buy</p>')
  })

  for (const part of ['subject', 'body', 'text'] as const)
    it(`names the ${part} where that cannot be rendered`, () =>
      assert.throws(
        () => render({ [part]: 'a\n{{ a | nope }}' }),
        (error) =>
          error instanceof TemplateError && error.message.startsWith(`${part}: `) && error.line === 2,
      ))

  it('does not hide other errors', () => {
    const broken: Renderer = {
      render() {
        throw new TypeError('a defect')
      },
    }
    assert.throws(() => renderMail(texts({}), scope(), broken), TypeError)
  })
})
