import { cpSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mongo } from 'mongoose'
import { line, sentence } from '../terminal.js'
import type { Arena, Ring, RingOptions } from './arena.js'
import { broken, type Counts } from './counts.js'

/**
 * Opens a ring, works in it and closes it, whatever comes. Of a broken promise, or of work that failed, the logs and
 * documents are kept: nothing else would tell why. The first error is told, also where closing fails behind it.
 */
export async function inRing(
  arena: Arena,
  name: string,
  how: RingOptions,
  work: (ring: Ring) => Promise<Counts>,
): Promise<Counts> {
  const ring = await arena.open(name, how)
  const [worked] = await Promise.allSettled([work(ring)])
  const isGood = worked.status === 'fulfilled' && broken(worked.value).length === 0
  const [kept] = await Promise.allSettled([isGood ? undefined : keepEvidence(ring, name)])
  const [closed] = await Promise.allSettled([ring.close()])
  const failures = [worked, kept, closed].flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
  if (worked.status === 'rejected' || failures.length > 0)
    throw new AggregateError(failures, failures.map(sentence).join(' Behind that: '))
  return worked.value
}

const COLLECTIONS = ['executions', 'events', 'contacts', 'workflows', 'progress'] as const

async function keepEvidence({ folder, db }: Ring, name: string): Promise<void> {
  const place = mkdtempSync(join(tmpdir(), `millrace-faults-kept-${name}-`))
  cpSync(folder, place, { recursive: true })
  line(`What is left of ${name} is kept in ${place}.`)
  for (const collection of COLLECTIONS) {
    const documents = await db.collection(collection).find().toArray()
    writeFileSync(join(place, `${collection}.json`), mongo.BSON.EJSON.stringify(documents))
  }
}
