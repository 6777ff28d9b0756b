import { z } from 'zod'
import { MillraceError } from '../errors.js'
import type { ProjectId } from '../workflow/ids.js'
import { wholeNumber } from './schemas/pages.js'

/** Fields of the query of every list with a cursor. */
export const cursorFields = {
  limit: wholeNumber(1, 100, 50).meta({ description: 'Rows an answer' }),
  cursor: z.string().max(1_000).optional().meta({ description: '`cursor` of the answer before' }),
}

/** Which list a cursor goes on with: one of another list, or of another project, is refused. */
export interface CursorOf {
  readonly list: string
  readonly projectId: ProjectId
}

/** Opaque to clients; it holds a place, no data, so what changes between two pages is seen. */
export function writeCursor({ list, projectId }: CursorOf, place: readonly unknown[]): string {
  return Buffer.from(JSON.stringify([list, projectId, ...place])).toString('base64url')
}

/** The place that `writeCursor` was given, or 422 where this is no cursor of this list and project. */
export function readCursor<Place>(
  of: CursorOf,
  cursor: string | undefined,
  place: z.ZodType<Place>,
): Place | null {
  if (cursor === undefined) return null
  const [list, projectId, ...rest] = parts(cursor)
  const read = place.safeParse(rest)
  if (list === of.list && projectId === of.projectId && read.success) return read.data
  throw new MillraceError('VALIDATION_ERROR', 'The cursor is not one of this list.', {
    faults: [{ field: 'cursor', message: 'is not a cursor of this list', code: 'invalid_value' }],
  })
}

function parts(cursor: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}

/** The answer of a list with a cursor; `next` is the place behind the last row, null at the end. */
export function cursorAnswer(of: CursorOf, data: readonly unknown[], next: readonly unknown[] | null) {
  return { data, cursor: next === null ? null : writeCursor(of, next), hasMore: next !== null }
}
