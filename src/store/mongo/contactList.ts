import type { ProjectId } from '../../workflow/ids.js'
import type { ContactPage, ContactPlace, ContactQuery } from '../ports/contactDirectory.js'
import { fromUuid, toUuid } from './bson.js'
import { ALIVE, type ContactDocument, loadContact } from './contactDocument.js'
import { type Collection, type Filter, literal } from './driver.js'
import { behind, nextPlace } from './places.js'

type Contacts = Collection<ContactDocument>

const NEWEST_FIRST = { createdAt: -1, _id: -1 } as const
/** Rows of the index that are looked at in one go, and in how many goes at most before a page is cut short. */
const WINDOW = 50_000
const WINDOWS = 10

/** Without a search the index gives the page; with one it is read in windows, so a call's work is bounded. */
export async function listContacts(
  collection: Contacts,
  projectId: ProjectId,
  query: ContactQuery,
): Promise<ContactPage> {
  if (query.search === null && query.subscribed === null) return readPage(collection, projectId, query, null)
  let { after } = query
  const contacts: ContactPage['contacts'][number][] = []
  for (let window = 0; window < WINDOWS; window += 1) {
    const end = await windowEnd(collection, projectId, after)
    const limit = query.limit - contacts.length
    const page = await readPage(collection, projectId, { ...query, after, limit }, end)
    contacts.push(...page.contacts)
    if (page.next !== null || end === null) return { contacts, next: page.next }
    if (contacts.length === query.limit) return { contacts, next: end }
    after = end
  }
  return { contacts, next: after }
}

/** The place of the last row of the next window, by the index alone; null: the list ends in it. */
async function windowEnd(
  collection: Contacts,
  projectId: ProjectId,
  after: ContactPlace | null,
): Promise<ContactPlace | null> {
  const filter = { projectId: toUuid(projectId), ...ALIVE, ...(after === null ? {} : behind(after)) }
  const rows = collection.find(filter, { projection: { createdAt: 1 } }).sort(NEWEST_FIRST)
  const [last] = await rows.skip(WINDOW).limit(1).toArray()
  return last === undefined ? null : { createdAt: last.createdAt, id: fromUuid(last._id) }
}

async function readPage(
  collection: Contacts,
  projectId: ProjectId,
  query: ContactQuery,
  end: ContactPlace | null,
): Promise<ContactPage> {
  const rows = collection.find(pageFilter(projectId, query, end)).sort(NEWEST_FIRST)
  const contacts = (await rows.limit(query.limit + 1).toArray()).map(loadContact)
  return { contacts: contacts.slice(0, query.limit), next: nextPlace(contacts, query.limit) }
}

function pageFilter(
  projectId: ProjectId,
  { search, subscribed, after }: ContactQuery,
  end: ContactPlace | null,
): Filter<ContactDocument> {
  const clauses: Filter<ContactDocument>[] = [{ projectId: toUuid(projectId), ...ALIVE }]
  if (after !== null) clauses.push(behind(after))
  if (end !== null) clauses.push(upTo(end))
  if (search !== null) clauses.push({ email: literal(search) })
  if (subscribed !== null) clauses.push({ subscribed })
  return { $and: clauses }
}

/** The rows before this one in the list, and this one. */
function upTo({ createdAt, id }: ContactPlace): Filter<ContactDocument> {
  return {
    createdAt: { $gte: createdAt },
    $or: [{ createdAt: { $gt: createdAt } }, { _id: { $gte: toUuid(id) } }],
  }
}
