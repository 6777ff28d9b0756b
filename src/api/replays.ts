import { z } from 'zod'
import { type FieldFault, MillraceError } from '../errors.js'
import type { Replay } from '../store/ports/replays.js'
import type { ProjectId, ReplayId, WorkflowId } from '../workflow/ids.js'
import { getWorkflow } from './editWorkflow.js'
import { type ReplayStartDeps, rangeFaults, startReplay } from './replayStart.js'
import { type Route, route } from './route.js'
import { replayBody, replayParams, replayTimes, shownReplay } from './schemas/replays.js'
import { workflowParams } from './schemas/workflow.js'
import { showReplay } from './showReplay.js'

export type ReplayDeps = ReplayStartDeps

const SHARED = { access: 'secret', tag: 'Replays' } as const
const PATH = '/workflows/:id/replays'
/** A list of replays is short: people start them by hand. */
const MOST_LISTED = 100

/** Reads past events again for one workflow. */
export function replayRoutes(deps: ReplayDeps): Route[] {
  return [startRoute(deps), listRoute(deps), ...oneReplayRoutes(deps)]
}

function startRoute(deps: ReplayDeps): Route {
  return route({
    ...SHARED,
    method: 'POST',
    path: PATH,
    summary: 'Replay past events for a workflow',
    description:
      'Reads `[from, to)` of the input topic again. `missing` starts what the events have not started yet, ' +
      '`rerun` starts everything again. One at a time for a workflow: 409 names the one that runs.',
    params: workflowParams,
    body: replayBody,
    faults: (body) => timeFaults(body, deps.clock.now()),
    answers: { 202: { description: 'The replay, which has begun', schema: shownReplay } },
    errors: ['WORKFLOW_NOT_FOUND', 'CONFLICT', 'VALIDATION_ERROR'],
    handle: async ({ projectId, params: { id: workflowId }, body }) => {
      const { to = null, ratePerSecond = null, ...wish } = body
      const replay = await startReplay(deps, { projectId, workflowId }, { ...wish, to, ratePerSecond })
      return { status: 202, body: showReplay(replay) }
    },
  })
}

/** Told together with what is wrong with other fields, as far as the times can be read. */
function timeFaults(body: unknown, now: Date): FieldFault[] {
  const read = replayTimes.safeParse(body)
  return read.success ? rangeFaults({ from: read.data.from, to: read.data.to ?? null }, now) : []
}

function listRoute(deps: ReplayDeps): Route {
  return route({
    ...SHARED,
    method: 'GET',
    path: PATH,
    summary: "List a workflow's replays",
    description: `Newest first, at most ${MOST_LISTED}.`,
    params: workflowParams,
    answers: { 200: { description: 'The replays', schema: z.object({ data: z.array(shownReplay) }) } },
    errors: ['WORKFLOW_NOT_FOUND'],
    handle: async ({ projectId, params: { id } }) => {
      await getWorkflow(deps.workflows, projectId, id)
      const replays = await deps.replays.list(projectId, id, MOST_LISTED)
      return { status: 200, body: { data: replays.map(showReplay) } }
    },
  })
}

function oneReplayRoutes(deps: ReplayDeps): Route[] {
  const shared = { ...SHARED, path: `${PATH}/:replayId`, params: replayParams }
  return [
    route({
      ...shared,
      method: 'GET',
      summary: 'See how far a replay is',
      answers: { 200: { description: 'The replay', schema: shownReplay } },
      errors: ['NOT_FOUND'],
      handle: async ({ projectId, params }) => ({
        status: 200,
        body: showReplay(await foundReplay(deps, projectId, params)),
      }),
    }),
    route({
      ...shared,
      method: 'DELETE',
      summary: 'Cancel a replay',
      description: 'What it has started goes on.',
      answers: { 200: { description: 'The replay, cancelled', schema: shownReplay } },
      errors: ['NOT_FOUND', 'CONFLICT'],
      handle: async ({ projectId, params }) => {
        const { id } = await foundReplay(deps, projectId, params)
        if (!(await deps.replays.cancel(projectId, id, deps.clock.now())))
          throw new MillraceError('CONFLICT', 'The replay has ended.')
        return { status: 200, body: showReplay(await foundReplay(deps, projectId, params)) }
      },
    }),
  ]
}

async function foundReplay(
  { replays }: ReplayDeps,
  projectId: ProjectId,
  { id, replayId }: { readonly id: WorkflowId; readonly replayId: ReplayId },
): Promise<Replay> {
  const replay = await replays.get(projectId, id, replayId)
  if (replay === null) throw new MillraceError('NOT_FOUND', 'There is no such replay.')
  return replay
}
