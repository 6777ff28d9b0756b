import { type ZodRawShape, type ZodType, z } from 'zod'
import { ALONGSIDE } from '../../steps/alongside.js'

const MAX_PAGE_SIZE = 100
/** Rows that may be skipped: further out, pages get slow for everybody. */
const MAX_SKIPPED = 100_000

/** A whole number within bounds, from the text of a query. */
export function wholeNumber(min: number, max: number, otherwise: number) {
  return z
    .string()
    .optional()
    .transform((text, ctx) => {
      if (text === undefined) return otherwise
      const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
      if (value >= min && value <= max) return value
      ctx.addIssue({ code: 'custom', message: `must be a whole number from ${min} to ${max}`, input: text })
      return z.NEVER
    })
    .meta({ type: 'integer', minimum: min, maximum: max, default: otherwise })
}

const size = wholeNumber(1, MAX_PAGE_SIZE, 20)

const pageFields = {
  page: wholeNumber(1, 1_000_000_000, 1).meta({ description: 'Page number, from 1' }),
  pageSize: size.optional().meta({ description: 'Rows a page' }),
  limit: size.optional().meta({ description: 'Alias of pageSize' }),
}

/** Where a page lies. */
export interface PagePlace {
  readonly page: number
  readonly pageSize: number
  readonly skip: number
}

interface PageFields {
  readonly page: number
  readonly pageSize?: number | undefined
  readonly limit?: number | undefined
}

/** The query of a paged list: its own fields, and `place` for the store. */
export function pageQuery<Shape extends ZodRawShape>(shape: Shape) {
  return z
    .object({ ...pageFields, ...shape })
    .superRefine((query, ctx) => checkPlace(query as unknown as PageFields, ctx), ALONGSIDE)
    .transform((query) => ({ ...query, place: placeOf(query as unknown as PageFields) }))
}

function placeOf({ page, pageSize, limit }: PageFields): PagePlace {
  const rows = pageSize ?? limit ?? 20
  return { page, pageSize: rows, skip: (page - 1) * rows }
}

/** A number that could not be read was told of already; compared, it is never too much. */
function checkPlace(fields: PageFields, ctx: z.RefinementCtx): void {
  const { limit, pageSize } = fields
  const { skip } = placeOf(fields)
  if (typeof limit === 'number' && typeof pageSize === 'number' && limit !== pageSize)
    ctx.addIssue({
      code: 'custom',
      path: ['limit'],
      message: 'is an alias of pageSize and must not differ from it',
    })
  if (skip > MAX_SKIPPED)
    ctx.addIssue({ code: 'custom', path: ['page'], message: `must not skip more than ${MAX_SKIPPED} rows` })
}

export interface Page<Row> {
  readonly data: readonly Row[]
  readonly total: number
  readonly page: number
  readonly pageSize: number
  readonly totalPages: number
}

export function pageAnswer<Row>(place: PagePlace, data: readonly Row[], total: number): Page<Row> {
  const { page, pageSize } = place
  return { data, total, page, pageSize, totalPages: Math.ceil(total / pageSize) }
}

export function pageSchema(row: ZodType) {
  return z.object({
    data: z.array(row),
    total: z.int(),
    page: z.int(),
    pageSize: z.int(),
    totalPages: z.int(),
  })
}

export function cursorSchema(row: ZodType) {
  return z.object({ data: z.array(row), cursor: z.string().nullable(), hasMore: z.boolean() })
}
