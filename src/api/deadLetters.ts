import { z } from 'zod'
import { MillraceError } from '../errors.js'
import type { Letter, LetterFilter } from '../store/ports/deadLetters.js'
import type { LetterId, ProjectId } from '../workflow/ids.js'
import { cursorAnswer, readCursor } from './cursor.js'
import { MOST_AT_ONCE, type RedriveDeps, redriveLetter, redriveMany } from './redrive.js'
import { type Route, route } from './route.js'
import { idOf } from './schemas/common.js'
import {
  letterParams,
  lettersQuery,
  redriveBody,
  shownLetter,
  shownWholeLetter,
} from './schemas/deadLetters.js'
import { cursorSchema } from './schemas/pages.js'

const SHARED = { access: 'secret', tag: 'Dead letters' } as const

/** Messages that could not be handled, as far as they name the key's project. */
export function deadLetterRoutes(deps: RedriveDeps): Route[] {
  return [listRoute(deps), getRoute(deps), bulkRoute(deps), ...settleRoutes(deps)]
}

const placeSchema = z.tuple([z.int().min(0), idOf<LetterId>()])

function listRoute({ deadLetters }: RedriveDeps): Route {
  return route({
    ...SHARED,
    method: 'GET',
    path: '/dead-letters',
    summary: 'List messages that could not be handled',
    description: 'Newest first; `from` and `to` bound when they were parked.',
    query: lettersQuery,
    answers: { 200: { description: 'A page of letters', schema: cursorSchema(shownLetter) } },
    errors: ['VALIDATION_ERROR'],
    handle: async ({ projectId, query: { limit, cursor, ...filter } }) => {
      const of = { list: 'dead-letters', projectId }
      const read = readCursor(of, cursor, placeSchema)
      const after = read === null ? null : { parkedAt: new Date(read[0]), id: read[1] }
      const rows = await deadLetters.list(filterOf(projectId, filter), { after, limit: limit + 1 })
      const page = rows.slice(0, limit)
      const last = rows.length > limit ? page.at(-1) : undefined
      const next = last === undefined ? null : [last.parkedAt.getTime(), last.id]
      return { status: 200, body: cursorAnswer(of, page.map(showLetter), next) }
    },
  })
}

type Asked = { [Name in 'reason' | 'topic' | 'status' | 'from' | 'to']?: LetterFilter[Name] | undefined }

function filterOf(projectId: ProjectId, asked: Asked): LetterFilter {
  const { reason = null, topic = null, status = null, from = null, to = null } = asked
  return { projectId, reason, topic, status, from, to }
}

function getRoute(deps: RedriveDeps): Route {
  return route({
    ...SHARED,
    method: 'GET',
    path: '/dead-letters/:id',
    summary: 'Look into a letter',
    params: letterParams,
    answers: { 200: { description: 'The letter with its content', schema: shownWholeLetter } },
    errors: ['NOT_FOUND'],
    handle: async ({ projectId, params }) => ({
      status: 200,
      body: showWholeLetter(await foundLetter(deps, projectId, params.id)),
    }),
  })
}

function bulkRoute(deps: RedriveDeps): Route {
  return route({
    ...SHARED,
    method: 'POST',
    path: '/dead-letters/redrive',
    summary: 'Redrive the letters that a filter finds',
    description: `At most ${MOST_AT_ONCE} a call; \`matched\` counts all. A dry run counts only.`,
    body: redriveBody,
    answers: {
      200: { description: 'How many', schema: z.object({ matched: z.int(), redriven: z.int() }) },
    },
    errors: ['VALIDATION_ERROR'],
    handle: async ({ projectId, body: { dryRun, ...filter } }) => ({
      status: 200,
      body: await redriveMany(deps, filterOf(projectId, filter), dryRun),
    }),
  })
}

function settleRoutes(deps: RedriveDeps): Route[] {
  const settled = { 200: { description: 'The letter', schema: shownLetter } }
  return [
    route({
      ...SHARED,
      method: 'POST',
      path: '/dead-letters/:id/redrive',
      summary: 'Send a letter back to where it came from, once',
      params: letterParams,
      answers: settled,
      errors: ['NOT_FOUND', 'CONFLICT'],
      handle: async ({ projectId, params: { id } }) => {
        await redriveLetter(deps, await foundLetter(deps, projectId, id))
        return { status: 200, body: showLetter(await foundLetter(deps, projectId, id)) }
      },
    }),
    route({
      ...SHARED,
      method: 'DELETE',
      path: '/dead-letters/:id',
      summary: 'Drop a letter: it will not be redriven',
      params: letterParams,
      answers: settled,
      errors: ['NOT_FOUND', 'CONFLICT'],
      handle: async ({ projectId, params: { id } }) => {
        await foundLetter(deps, projectId, id)
        if (!(await deps.deadLetters.settle(id, 'DROPPED', deps.clock.now())))
          throw new MillraceError('CONFLICT', 'The letter was redriven or dropped before.')
        return { status: 200, body: showLetter(await foundLetter(deps, projectId, id)) }
      },
    }),
  ]
}

async function foundLetter(
  { deadLetters }: RedriveDeps,
  projectId: ProjectId,
  id: LetterId,
): Promise<Letter> {
  const letter = await deadLetters.get(projectId, id)
  if (letter === null) throw new MillraceError('NOT_FOUND', 'There is no such letter.')
  return letter
}

function showLetter(letter: Letter) {
  const {
    projectId: _project,
    key: _key,
    value: _value,
    headers: _headers,
    decoded: _decoded,
    ...shown
  } = letter
  return shown
}

function showWholeLetter(letter: Letter) {
  const { key, value, headers, decoded } = letter
  return {
    ...showLetter(letter),
    decoded: decoded === null ? null : (JSON.parse(decoded) as unknown),
    raw: value?.toString('base64') ?? null,
    key: key?.toString('base64') ?? null,
    headers,
  }
}
