import { createHmac, timingSafeEqual } from 'node:crypto'
import { type ContactId, type ProjectId, parseId } from '../workflow/ids.js'
import { bytesOf, uuidOf } from './idBytes.js'
import type { EffectTools, LinkPurpose, LinkReader } from './ports.js'

export interface LinkOptions {
  /** Where contacts reach the pages; with or without a path. */
  readonly publicUrl: string
  /** The same in every process and for as long as sent mails should keep working. */
  readonly secret: string
}

/** The page of each purpose, below the public URL. */
export const LINK_PATHS: Readonly<Record<LinkPurpose, string>> = {
  unsubscribe: 'unsubscribe',
  subscribe: 'subscribe',
  manage: 'preferences',
}

const ID_BYTES = 16
/** Half of SHA-256: enough against guessing, and links stay short. */
const MAC_BYTES = 16

/**
 * Links that let a contact do one thing without a login. A token names project and contact and is signed for
 * its purpose: it cannot be changed, made elsewhere or used on another page. It does not expire, because mail
 * is read late and an unsubscribe link must keep its word.
 */
export function createLinks({ publicUrl, secret }: LinkOptions): EffectTools['links'] & LinkReader {
  const base = publicUrl.replace(/\/+$/, '')
  const mac = (purpose: LinkPurpose, ids: Buffer) =>
    createHmac('sha256', secret)
      .update(`millrace link ${purpose}\0`)
      .update(ids)
      .digest()
      .subarray(0, MAC_BYTES)
  const url = (purpose: LinkPurpose) => (project: ProjectId, contact: ContactId) => {
    const ids = Buffer.concat([bytesOf(project), bytesOf(contact)])
    const token = Buffer.concat([ids, mac(purpose, ids)]).toString('base64url')
    return `${base}/${LINK_PATHS[purpose]}/${token}`
  }
  return {
    unsubscribe: url('unsubscribe'),
    subscribe: url('subscribe'),
    manage: url('manage'),
    read(purpose, token) {
      const bytes = Buffer.from(token, 'base64url')
      // One token, one text: base64 could otherwise spell the same bytes in several ways.
      if (bytes.length !== 2 * ID_BYTES + MAC_BYTES || bytes.toString('base64url') !== token) return null
      const ids = bytes.subarray(0, 2 * ID_BYTES)
      if (!timingSafeEqual(bytes.subarray(2 * ID_BYTES), mac(purpose, ids))) return null
      const projectId = parseId<ProjectId>(uuidOf(ids.subarray(0, ID_BYTES)))
      const contactId = parseId<ContactId>(uuidOf(ids.subarray(ID_BYTES)))
      return projectId === null || contactId === null ? null : { projectId, contactId }
    },
  }
}
