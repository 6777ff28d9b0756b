import type { ProjectStore } from '../store/ports/projects.js'
import { type ContactDeps, contactRoutes } from './contacts.js'
import { emailEventRoutes } from './emailEvents.js'
import { type EventDeps, eventRoutes } from './events.js'
import { createIngest, type IngestDeps } from './ingest.js'
import { type KeyDeps, keyRoutes } from './keys.js'
import { messageRoutes } from './messages.js'
import { type PreviewDeps, previewRoutes } from './preview.js'
import { projectRoutes } from './project.js'
import type { Route } from './route.js'
import { type TemplateDeps, templateRoutes } from './templates.js'
import { trackRoutes } from './track.js'

export type ResourceDeps = ContactDeps &
  IngestDeps &
  KeyDeps &
  TemplateDeps &
  PreviewDeps &
  Omit<EventDeps, 'ingest'> &
  Parameters<typeof messageRoutes>[0] & { readonly projects: ProjectStore }

/** Everything around workflows: people, what happened to them, mails, keys. */
export function resourceRoutes(deps: ResourceDeps): Route[] {
  const ingest = createIngest(deps)
  return [
    ...contactRoutes(deps),
    ...trackRoutes({ ingest }),
    ...eventRoutes({ ...deps, ingest }),
    ...templateRoutes(deps),
    ...previewRoutes(deps),
    ...messageRoutes(deps),
    ...emailEventRoutes(deps),
    ...keyRoutes(deps),
    ...projectRoutes(deps),
  ]
}
