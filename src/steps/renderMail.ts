import { type Renderer, type Template, TemplateError } from '../effects/ports.js'
import type { JsonObject } from '../workflow/json.js'
import { htmlToText } from './htmlText.js'

export type MailTexts = Pick<Template, 'subject' | 'body' | 'text' | 'type'>

export interface RenderedMail {
  /** One line. */
  readonly subject: string
  /** HTML. */
  readonly body: string
  readonly text: string
}

/** Characters of a subject that are sent; what is beyond is cut. */
const MAX_SUBJECT = 500

export interface MailLinks {
  readonly unsubscribeUrl: string
  readonly subscribeUrl: string
  readonly manageUrl: string
}

/**
 * What a mail's Liquid can name: the contact's data and the event's data flat (the event's wins), then the
 * roots of `scope`, `email` and the links, which nobody's data can override.
 */
export function mailScope(scope: JsonObject, email: string, links: MailLinks): JsonObject {
  const { data, event } = scope
  return { ...objectOf(data), ...objectOf(event), ...scope, ...links, email }
}

function objectOf(value: JsonObject[string] | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
}

/**
 * The mail as the contact gets it and as a preview shows it. Values are escaped in the HTML; a text that is
 * not given is made from the HTML; marketing mail without an unsubscribe link gets one at its end.
 * Throws TemplateError that names the part.
 */
export function renderMail(template: MailTexts, scope: JsonObject, renderer: Renderer): RenderedMail {
  const subject = part('subject', () => oneLine(renderer.render(template.subject, scope)))
  const html = part('body', () => renderer.render(template.body, scope, { html: true }))
  const link = template.type === 'MARKETING' ? scope['unsubscribeUrl'] : null
  const footer = typeof link === 'string' ? link : null
  const body = footer === null || html.includes(footer) ? html : withHtmlFooter(html, footer)
  const { text: written } = template
  const text = written === null ? htmlToText(body) : part('text', () => renderer.render(written, scope))
  const whole = footer === null || text.includes(footer) ? text : `${text}\n\nUnsubscribe: ${footer}\n`
  return { subject, body, text: whole }
}

function part(name: string, render: () => string): string {
  try {
    return render()
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    throw new TemplateError(`${name}: ${error.message}`, error)
  }
}

/** Line breaks and control characters become a space: a header of one line cannot start another. */
function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_SUBJECT)
}

function withHtmlFooter(html: string, url: string): string {
  const href = url.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
  const footer = `<p style="font-size:12px;color:#666"><a href="${href}">Unsubscribe</a></p>`
  const end = html.toLowerCase().lastIndexOf('</body>')
  return end === -1 ? `${html}\n${footer}` : `${html.slice(0, end)}${footer}${html.slice(end)}`
}
