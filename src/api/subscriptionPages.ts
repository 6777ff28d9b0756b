import { z } from 'zod'
import type { EffectTools, LinkPurpose, LinkReader } from '../effects/ports.js'
import { MillraceError } from '../errors.js'
import type { Contact } from '../workflow/contact.js'
import { createUpdates, type UpdateDeps } from './contactUpdates.js'
import { type Route, route } from './route.js'
import { donePage, htmlAnswer, PAGE_SHAPE, preferencesPage, questionPage } from './subscriptionHtml.js'

export interface PageDeps extends UpdateDeps {
  readonly links: EffectTools['links'] & LinkReader
}

const tag = 'Subscription pages'
const params = z.object({
  token: z.string().max(200).meta({ description: 'The signed part of a link in a mail' }),
})
const shape = { access: 'open', tag, params, answers: { 200: PAGE_SHAPE }, errors: ['NOT_FOUND'] } as const

/**
 * What the links in mails lead to. Looking changes nothing, since mail scanners follow links; the button does, and
 * so does the POST by which mail programs unsubscribe with one click (RFC 8058).
 */
export function subscriptionPages(deps: PageDeps): Route[] {
  return [...pair(deps, 'unsubscribe', false), ...pair(deps, 'subscribe', true), preferences(deps)]
}

function pair(deps: PageDeps, purpose: 'unsubscribe' | 'subscribe', subscribed: boolean): Route[] {
  const updates = createUpdates(deps)
  const path = `/${purpose}/:token`
  return [
    route({
      ...shape,
      method: 'GET',
      path,
      summary: `Ask whether to ${purpose}`,
      handle: async ({ params: { token } }) => {
        const { email } = await contactOf(deps, purpose, token)
        return htmlAnswer(questionPage(email, subscribed))
      },
    }),
    route({
      ...shape,
      method: 'POST',
      path,
      summary: `${subscribed ? 'Subscribe' : 'Unsubscribe'}`,
      description: 'Takes any body, as mail programs send it (RFC 8058), and looks at none.',
      handle: async ({ params: { token } }) => {
        const read = () => contactOf(deps, purpose, token)
        const { email } = await updates.change(read, { data: {}, subscribed, email: null })
        return htmlAnswer(donePage(email, subscribed))
      },
    }),
  ]
}

function preferences(deps: PageDeps): Route {
  return route({
    ...shape,
    method: 'GET',
    path: '/preferences/:token',
    summary: 'Show whether a contact is subscribed, and how to change it',
    handle: async ({ params: { token } }) => {
      const contact = await contactOf(deps, 'manage', token)
      const { links } = deps
      const change = contact.subscribed ? links.unsubscribe : links.subscribe
      return htmlAnswer(preferencesPage(contact, beside(change(contact.projectId, contact.id))))
    },
  })
}

/** The link as seen from the page of another link: it works under whatever address the page was reached. */
function beside(url: string): string {
  return `../${url.split('/').slice(-2).join('/')}`
}

/** A token that was not signed here leads nowhere, and so does one of a contact that is gone. */
async function contactOf(
  { links, contacts }: PageDeps,
  purpose: LinkPurpose,
  token: string,
): Promise<Contact> {
  const read = links.read(purpose, token)
  const contact = read === null ? null : await contacts.get(read.projectId, read.contactId)
  if (contact === null) throw new MillraceError('NOT_FOUND', 'This link leads nowhere any more.')
  return contact
}
