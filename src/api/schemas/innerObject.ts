import { ZodObject, ZodPipe, type ZodType } from 'zod'

/** The object that a schema reads before anything is made of it, or null. */
export function innerObject(schema: ZodType | undefined): ZodObject | null {
  if (schema instanceof ZodObject) return schema
  return schema instanceof ZodPipe ? innerObject(schema.in as ZodType) : null
}
