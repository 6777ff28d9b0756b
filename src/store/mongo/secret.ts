import { randomBytes } from 'node:crypto'
import type { Db } from './driver.js'

interface Setting {
  readonly _id: string
  readonly value: string
}

const SECRET_BYTES = 32

/** The secret that links in mails are signed with: made at the first start, the same in every process after. */
export async function serviceSecret(db: Db): Promise<string> {
  const setting = await db
    .collection<Setting>('settings')
    .findOneAndUpdate(
      { _id: 'linkSecret' },
      { $setOnInsert: { value: randomBytes(SECRET_BYTES).toString('base64url') } },
      { upsert: true, returnDocument: 'after' },
    )
  if (setting === null) throw new Error('settings: the upsert of linkSecret answered no document')
  return setting.value
}
