import type { ProjectId, TemplateId } from '../workflow/ids.js'
import type { MessageRecord, Template } from '../workflow/mail.js'
import { createGatherer } from './gatherer.js'
import type { Scheduler } from './ports/clock.js'
import type { MessageStore } from './ports/messages.js'
import type { TemplateStore } from './ports/templates.js'

/** One write for the records of mails that go out at the same time. */
export function gatherSaves(
  messages: Pick<MessageStore, 'save'>,
  scheduler: Scheduler,
): (record: MessageRecord) => Promise<void> {
  return createGatherer<MessageRecord, undefined>(async (records) => {
    await messages.save(records)
    return records.map(() => undefined)
  }, scheduler).add
}

interface Wanted {
  readonly projectId: ProjectId
  readonly id: TemplateId
}

/** Mails that go out at the same time share the reads of their templates; nobody gets one that was read before. */
export function gatherTemplates(
  templates: Pick<TemplateStore, 'find'>,
  scheduler: Scheduler,
): TemplateStore['find'] {
  const finds = createGatherer<Wanted, Template | null>((wanted) => {
    const reads = new Map<string, Promise<Template | null>>()
    return Promise.all(
      wanted.map(({ projectId, id }) => {
        const key = `${projectId}:${id}`
        const read = reads.get(key) ?? templates.find(projectId, id)
        reads.set(key, read)
        return read
      }),
    )
  }, scheduler)
  return (projectId, id) => finds.add({ projectId, id })
}
