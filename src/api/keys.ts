import { z } from 'zod'
import { MillraceError } from '../errors.js'
import { newKeyText } from '../store/apiKeys.js'
import type { Clock } from '../store/ports/clock.js'
import type { ApiKey, KeyStore } from '../store/ports/keys.js'
import type { KeyId } from '../workflow/ids.js'
import { type Route, route } from './route.js'
import { idOf, shownId, shownTime, trimmed } from './schemas/common.js'

export interface KeyDeps {
  readonly keys: KeyStore
  readonly clock: Clock
}

const tag = 'Keys'
const type = z.enum(['secret', 'public'])

const keySchema = z
  .object({
    id: shownId,
    type,
    name: z.string().nullable(),
    prefix: z.string().meta({ example: 'sk_Ab3d' }),
    lastFour: z.string().meta({ example: 'x7Qz' }),
    createdAt: shownTime,
  })
  .meta({ id: 'Key' })

const newKeySchema = keySchema
  .extend({ key: z.string().meta({ description: 'The key itself, shown this once' }) })
  .meta({ id: 'NewKey' })

/** The project's keys. Their texts are shown once and kept nowhere. */
export function keyRoutes(deps: KeyDeps): Route[] {
  return [listRoute(deps), createRoute(deps), revokeRoute(deps)]
}

function listRoute({ keys }: KeyDeps): Route {
  return route({
    method: 'GET',
    path: '/keys',
    access: 'secret',
    tag,
    summary: 'List the keys that open something',
    answers: { 200: { description: 'The keys', schema: z.object({ data: z.array(keySchema) }) } },
    errors: [],
    handle: async ({ projectId }) => ({
      status: 200,
      body: { data: (await keys.list(projectId)).map(showKey) },
    }),
  })
}

function showKey({ id, type, name, prefix, lastFour, createdAt }: ApiKey) {
  return { id, type, name, prefix, lastFour, createdAt }
}

function createRoute({ keys, clock }: KeyDeps): Route {
  return route({
    method: 'POST',
    path: '/keys',
    access: 'secret',
    tag,
    summary: 'Create a key',
    body: z.strictObject({ type, name: trimmed(1, 100).nullable().optional() }),
    answers: { 201: { description: 'The key, with its text', schema: newKeySchema } },
    errors: ['VALIDATION_ERROR'],
    handle: async ({ projectId, body }) => {
      const text = newKeyText(body.type)
      const key = await keys.add(projectId, { text, type: body.type, name: body.name ?? null }, clock.now())
      if (key === null) throw new MillraceError('CONFLICT', 'The key could not be made: try again.')
      return { status: 201, body: { ...showKey(key), key: text } }
    },
  })
}

function revokeRoute({ keys, clock }: KeyDeps): Route {
  return route({
    method: 'DELETE',
    path: '/keys/:id',
    access: 'secret',
    tag,
    summary: 'Revoke a key',
    description: 'Dead everywhere within 5 s.',
    params: z.object({ id: idOf<KeyId>() }),
    answers: { 204: { description: 'Revoked' } },
    errors: ['NOT_FOUND', 'CONFLICT'],
    handle: async ({ projectId, params: { id } }) => {
      const outcome = await keys.revoke(projectId, id, clock.now())
      if (outcome === 'unknown') throw new MillraceError('NOT_FOUND', 'There is no such key.')
      if (outcome === 'last')
        throw new MillraceError('CONFLICT', 'This is the last secret key: make another first.')
      return { status: 204 }
    },
  })
}
