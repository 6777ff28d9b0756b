import { z } from 'zod'
import { MillraceError } from '../errors.js'
import type { ProjectStore } from '../store/ports/projects.js'
import { type Route, route } from './route.js'
import { shownId, shownTime } from './schemas/common.js'

const projectSchema = z
  .object({ id: shownId, name: z.string(), createdAt: shownTime })
  .meta({ id: 'Project' })

/** The key's own project. */
export function projectRoutes({ projects }: { readonly projects: ProjectStore }): Route[] {
  return [
    route({
      method: 'GET',
      path: '/project',
      access: 'secret',
      tag: 'Project',
      summary: 'Get the project of the key',
      answers: { 200: { description: 'The project', schema: projectSchema } },
      errors: [],
      handle: async ({ projectId }) => {
        const project = await projects.get(projectId)
        if (project === null) throw new MillraceError('NOT_FOUND', 'There is no such project.')
        const { id, name, createdAt } = project
        return { status: 200, body: { id, name, createdAt } }
      },
    }),
  ]
}
