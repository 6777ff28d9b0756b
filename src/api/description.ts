/** What holds for every call, in front of the calls themselves. */
export const DESCRIPTION = `
Contact workflows on a stream of events: an event starts a workflow, whose steps then send mail, wait, look at the
contact, call webhooks.

**Keys.** \`Authorization: Bearer sk_…\` opens everything of the key's project, \`pk_…\` only \`POST /v1/track\`. What
belongs to another project answers as what does not exist.

**Errors** have one shape (\`Error\`); go by \`error.code\`. 400: the request cannot be read. 422: it can be read and a
field is wrong; \`error.errors\` names every one at once. Unknown fields are wrong. \`error.requestId\` leads to the log.
429 and 503 say in \`Retry-After\` when to try again.

**Lists** have pages (\`page\`, \`pageSize\` up to 100; \`total\` is exact to 10,000, beyond that at most 10 s old) or a
cursor: send back the \`cursor\` of an answer while \`hasMore\`. Newest comes first unless said otherwise.

**Sending again.** An event with the same \`eventId\` counts once, and so does a request with the same \`Idempotency-Key\`.

**Editing.** A workflow can be edited at any time; an execution keeps the \`version\` that it started with until it is
migrated. Every write moves \`revision\`, which is the \`ETag\`: send it as \`If-Match\` where nobody else's edit may be
overwritten.
`.trim()

/** The parts of the API, in reading order. */
export const TAGS = [
  ['Workflows', 'A trigger, steps and transitions. Begin here: create one, add steps, enable it.'],
  ['Steps', 'What a workflow does. Configs are checked when they are written.'],
  ['Transitions', 'What leads from step to step, under which condition.'],
  ['Executions', 'A contact on its way through a workflow.'],
  ['Replays', 'Past events once more, for one workflow.'],
  ['Events', 'What happens to contacts; each may start workflows and end waits.'],
  ['Contacts', 'People, known by their e-mail address.'],
  ['Templates', 'Mails in Liquid.'],
  ['Messages', 'Mails that were sent, or not.'],
  ['Keys', 'What opens the API.'],
  ['Project', 'To whom a key belongs.'],
  ['Subscription pages', 'What the links in mails lead to.'],
  ['Tracking', 'What mails call when they are opened and their links are followed.'],
  ['Dead letters', 'Messages that could not be handled.'],
  ['Operations', 'For those who run the service.'],
] as const

export type Tag = (typeof TAGS)[number][0]
