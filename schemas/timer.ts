import type { Timer } from '../src/workflow/messages.js'
import { readCount, readId, readVersion } from './fields.js'
import type { Shape } from './shape.js'

export const timer: Shape<Timer> = {
  write: ({ v, executionId, seq, dueAt }, form) => ({ v, executionId, seq, dueAt: form.writeTime(dueAt) }),
  read: (fields, form) => ({
    v: readVersion(fields),
    executionId: readId(fields, 'executionId'),
    seq: readCount(fields, 'seq'),
    dueAt: form.readTime(fields, 'dueAt'),
  }),
}
