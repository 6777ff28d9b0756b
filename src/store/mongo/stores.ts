import type { Clock } from '../ports/clock.js'
import { withAwayErrors } from './awayErrors.js'
import { createMongoContactDirectory } from './contactDirectory.js'
import { prepareContacts } from './contactDocument.js'
import { createMongoContacts } from './contacts.js'
import { createMongoDeadLetters, prepareDeadLetters } from './deadLetters.js'
import { createMongoDefinitions } from './definitions.js'
import type { Db } from './driver.js'
import { createMongoEntries } from './entries.js'
import { createMongoEventDirectory } from './eventDirectory.js'
import { createMongoEvents, prepareEvents } from './events.js'
import { createMongoExecutionDirectory } from './executionDirectory.js'
import { createMongoExecutionStats } from './executionStats.js'
import { createMongoExecutions, prepareExecutions } from './executions.js'
import { createMongoExecutionTrimmer } from './executionTrim.js'
import { prepareFormerAddresses } from './formerAddresses.js'
import { createMongoJobs, prepareJobs } from './jobs.js'
import { createMongoKeys, prepareKeys } from './keys.js'
import { createMongoMessages, prepareMessages } from './messages.js'
import { createMongoProgress, prepareProgress } from './progress.js'
import { createMongoProjects } from './projects.js'
import { createMongoReplays, prepareReplays } from './replays.js'
import { createMongoTemplates, prepareTemplates } from './templates.js'
import { createMongoWorkflows, prepareWorkflows } from './workflows.js'

/** Collections, indexes and retention; safe to run at every start, in every process. */
export async function prepareDatabase(db: Db, eventRetentionDays: number): Promise<void> {
  await Promise.all([
    prepareContacts(db),
    prepareDeadLetters(db),
    prepareEvents(db, eventRetentionDays),
    prepareExecutions(db),
    prepareFormerAddresses(db, eventRetentionDays),
    prepareJobs(db),
    prepareKeys(db),
    prepareMessages(db, eventRetentionDays),
    prepareProgress(db),
    prepareReplays(db),
    prepareTemplates(db),
    prepareWorkflows(db),
  ])
}

/** Every store over one database; a database that is away is a retriable error everywhere. */
export function openStores(db: Db, clock: Clock, executionRetentionMs: number) {
  const projects = withAwayErrors(createMongoProjects(db))
  return {
    projects,
    contacts: withAwayErrors(createMongoContacts(db, projects)),
    contactDirectory: withAwayErrors(createMongoContactDirectory(db, projects)),
    deadLetters: withAwayErrors(createMongoDeadLetters(db)),
    definitions: withAwayErrors(createMongoDefinitions(db)),
    entries: withAwayErrors(createMongoEntries(db, executionRetentionMs)),
    events: withAwayErrors(createMongoEvents(db)),
    eventDirectory: withAwayErrors(createMongoEventDirectory(db)),
    executionDirectory: withAwayErrors(createMongoExecutionDirectory(db)),
    executions: withAwayErrors(createMongoExecutions(db, clock)),
    executionTrimmer: withAwayErrors(createMongoExecutionTrimmer(db), null),
    executionStats: withAwayErrors(createMongoExecutionStats(db, clock)),
    jobs: withAwayErrors(createMongoJobs(db)),
    keys: withAwayErrors(createMongoKeys(db)),
    messages: withAwayErrors(createMongoMessages(db)),
    progress: withAwayErrors(createMongoProgress(db)),
    replays: withAwayErrors(createMongoReplays(db)),
    templates: withAwayErrors(createMongoTemplates(db)),
    workflows: withAwayErrors(createMongoWorkflows(db)),
  }
}

export type Stores = ReturnType<typeof openStores>
