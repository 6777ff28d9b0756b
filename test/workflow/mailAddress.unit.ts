import assert from 'node:assert/strict'
import { addressFault } from '../../src/workflow/mailAddress.js'

const LABEL = 'd'.repeat(61)

describe('A mail address', () => {
  const good = [
    'a@b.example',
    'ada.lovelace+news@mail.shop.example',
    "o'neil!#$%&*/=?^_`{|}~-@b.example",
    'zoë@b.example',
    'ada@bücher.example',
    'ada@xn--bcher-kva.example',
    '1@2.example',
    `${'a'.repeat(64)}@${`${LABEL}.`.repeat(3)}${'e'.repeat(61)}`,
  ]
  for (const address of good)
    it(`can be ${address.slice(0, 60)}`, () => assert.equal(addressFault(address), null))

  const bad: readonly [string, RegExp][] = [
    ['', /no e-mail/],
    ['a', /no e-mail/],
    ['@b.example', /no e-mail/],
    ['a@', /domain/],
    ['a@b', /domain/],
    ['a@.example', /domain/],
    ['a@b..example', /domain/],
    ['a@-b.example', /domain/],
    ['a@b_c.example', /domain/],
    ['a@[127.0.0.1]', /domain/],
    ['a@b.example.', /domain/],
    ['a@xn--a.example', /domain/],
    ['.a@b.example', /no e-mail/],
    ['a.@b.example', /no e-mail/],
    ['a..b@b.example', /no e-mail/],
    ['a@b@c.example', /no e-mail/],
    ['a b@c.example', /no e-mail/],
    ['"a"@c.example', /no e-mail/],
    ['a@x.example, b@evil.example', /no e-mail/],
    ['Ada <a@x.example>', /no e-mail|domain/],
    ['a@x.example\r\nRCPT TO:<b@evil.example>', /no e-mail|domain/],
    ['a\r\nb@x.example', /no e-mail/],
    ['a\0@x.example', /no e-mail/],
    ['a@x.example\0', /domain/],
    [`${'a'.repeat(65)}@b.example`, /no e-mail/],
    [`a@${`${LABEL}.`.repeat(6)}example`, /longer than 320/],
    [`a@${`${LABEL}.`.repeat(4)}example1`, /domain/],
    [`a@${'e'.repeat(64)}.example`, /domain/],
  ]
  for (const [address, message] of bad)
    it(`cannot be ${JSON.stringify(address).slice(0, 60)}`, () =>
      assert.match(addressFault(address) ?? '', message))
})
