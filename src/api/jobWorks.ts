import type { JobKind } from '../store/ports/jobs.js'
import { cancelAllWork, eraseWorkflowWork } from './executionJobs.js'
import { type MigrateDeps, migrateWork } from './executionMigrate.js'
import type { JobWork } from './jobs.js'

/** How each kind of job is done, for whoever takes it over. */
export function jobWorks(deps: MigrateDeps): Readonly<Record<JobKind, JobWork>> {
  return {
    cancelAll: cancelAllWork(deps),
    migrate: migrateWork(deps),
    eraseWorkflow: eraseWorkflowWork(deps),
  }
}
