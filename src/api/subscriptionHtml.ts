import { z } from 'zod'
import type { Contact } from '../workflow/contact.js'
import type { Answer, Route } from './route.js'

export const PAGE_SHAPE: Route['answers'][number] = {
  description: 'A page',
  schema: z.string(),
  type: 'text/html',
}

const HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Robots-Tag': 'noindex',
}

export function htmlAnswer(body: string): Answer {
  return { status: 200, body, headers: HEADERS }
}

export function questionPage(email: string, subscribed: boolean): string {
  const [title, button] = subscribed
    ? ['Receive these e-mails again?', 'Subscribe']
    : ['Stop receiving these e-mails?', 'Unsubscribe']
  return page(title, `<p>${escaped(email)}</p><form method="post"><button>${button}</button></form>`)
}

export function donePage(email: string, subscribed: boolean): string {
  const title = subscribed ? 'You are subscribed' : 'You are unsubscribed'
  const text = subscribed ? 'will receive these e-mails again.' : 'will not receive these e-mails any more.'
  return page(title, `<p>${escaped(email)} ${text}</p>`)
}

export function preferencesPage({ email, subscribed }: Contact, changeUrl: string): string {
  const [standing, button] = subscribed
    ? ['is subscribed.', 'Unsubscribe']
    : ['is not subscribed.', 'Subscribe']
  const form = `<form method="post" action="${escaped(changeUrl)}"><button>${button}</button></form>`
  return page('Your e-mails', `<p>${escaped(email)} ${standing}</p>${form}`)
}

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:30rem;margin:15vh auto;padding:0 1rem;text-align:center}button{font:inherit;padding:.5rem 1.5rem}'

function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${title}</h1>
${content}
</body>
</html>
`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char)
}
