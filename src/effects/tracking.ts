import { createHmac, timingSafeEqual } from 'node:crypto'
import { Parser } from 'htmlparser2'
import { type ExecutionId, type ProjectId, parseId, type StepId } from '../workflow/ids.js'
import { bytesOf, uuidOf } from './idBytes.js'
import type { LinkOptions } from './links.js'
import type { MailTracking, TrackedMail, TrackingReader } from './ports.js'

export interface TrackingOptions extends LinkOptions {
  readonly opens: boolean
  readonly clicks: boolean
}

/** The paths behind tracked links and images, below the public URL. */
export const TRACKING_PATHS = { click: 't/c', open: 't/o' } as const

const IDS_BYTES = 48
const MAC_BYTES = 16

/**
 * Links of a mail lead over this service, and an image says that it was opened. A link is signed with its
 * destination: nobody can use it to lead people anywhere else.
 */
export function createTracking({
  publicUrl,
  secret,
  opens,
  clicks,
}: TrackingOptions): MailTracking & TrackingReader {
  const base = publicUrl.replace(/\/+$/, '')
  const mac = (ids: Buffer, url: string | null) =>
    createHmac('sha256', secret)
      .update(`millrace track ${url === null ? 'open' : 'click'}\0`)
      .update(ids)
      .update(url ?? '')
      .digest()
      .subarray(0, MAC_BYTES)
  const token = (mail: TrackedMail, url: string | null) => {
    const ids = Buffer.concat([mail.projectId, mail.executionId, mail.stepId].map(bytesOf))
    return Buffer.concat([ids, mac(ids, url)]).toString('base64url')
  }
  return {
    rewrite: (html, mail, untracked) => {
      const lead = (url: string) =>
        `${base}/${TRACKING_PATHS.click}/${token(mail, url)}?u=${encodeURIComponent(url)}`
      const led = clicks ? withLinks(html, (url) => (untracked.includes(url) ? null : lead(url))) : html
      return opens ? withImage(led, `${base}/${TRACKING_PATHS.open}/${token(mail, null)}`) : led
    },
    read: (text, url) => {
      const bytes = Buffer.from(text, 'base64url')
      // One token, one text: base64 could otherwise spell the same bytes in several ways.
      if (bytes.length !== IDS_BYTES + MAC_BYTES || bytes.toString('base64url') !== text) return null
      const ids = bytes.subarray(0, IDS_BYTES)
      return timingSafeEqual(bytes.subarray(IDS_BYTES), mac(ids, url)) ? mailOf(ids) : null
    },
  }
}

function mailOf(ids: Buffer): TrackedMail | null {
  const projectId = parseId<ProjectId>(uuidOf(ids.subarray(0, 16)))
  const executionId = parseId<ExecutionId>(uuidOf(ids.subarray(16, 32)))
  const stepId = parseId<StepId>(uuidOf(ids.subarray(32)))
  return projectId === null || executionId === null || stepId === null
    ? null
    : { projectId, executionId, stepId }
}

interface Replacement {
  readonly from: number
  readonly to: number
  readonly text: string
}

/** Every `href` of a link to the web, replaced in place; all other bytes stay as they are. */
function withLinks(html: string, lead: (url: string) => string | null): string {
  const replacements: Replacement[] = []
  let tag = ''
  const parser = new Parser({
    onopentagname: (name) => {
      tag = name
    },
    onattribute: (name, value) => {
      const url = name === 'href' && (tag === 'a' || tag === 'area') ? webUrl(value) : null
      const led = url === null ? null : lead(url)
      if (led !== null)
        replacements.push({ from: parser.startIndex, to: parser.endIndex, text: `href="${escaped(led)}"` })
    },
  })
  parser.end(html)
  return replaced(html, replacements)
}

function webUrl(text: string): string | null {
  const url = text.trim()
  return /^https?:\/\//i.test(url) && URL.canParse(url) ? url : null
}

function replaced(html: string, replacements: readonly Replacement[]): string {
  let [at, result] = [0, '']
  for (const { from, to, text } of replacements) {
    result += html.slice(at, from) + text
    at = to
  }
  return result + html.slice(at)
}

function withImage(html: string, url: string): string {
  const image = `<img src="${escaped(url)}" width="1" height="1" alt="" style="display:block;border:0">`
  const end = html.toLowerCase().lastIndexOf('</body>')
  return end === -1 ? `${html}${image}` : `${html.slice(0, end)}${image}${html.slice(end)}`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
}
