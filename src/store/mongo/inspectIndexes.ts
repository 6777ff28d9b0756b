import type { Collection, Db } from './driver.js'
import { prepareDatabase } from './stores.js'

/** An index as it is asked for, or as it is there. */
export interface IndexFact {
  readonly collection: string
  readonly key: Readonly<Record<string, unknown>>
  readonly expireAfterSeconds?: number
  readonly partialFilterExpression?: object
}

/** Indexes of the database that are asked for at every start and that are not there, or are other ones. */
export async function wrongIndexes(db: Db, eventRetentionDays: number): Promise<IndexFact[]> {
  const asked = await askedIndexes(eventRetentionDays)
  const names = [...new Set(asked.map(({ collection }) => collection))]
  const there = new Set((await Promise.all(names.map((name) => indexesOf(db, name)))).flat().map(nameOf))
  return asked.filter((index) => !there.has(nameOf(index)))
}

/** Key, time and condition make an index; its name does not. */
function nameOf({ collection, key, expireAfterSeconds, partialFilterExpression }: IndexFact): string {
  const terms = [collection, Object.entries(key), expireAfterSeconds ?? null, partialFilterExpression ?? null]
  return JSON.stringify(terms)
}

async function indexesOf(db: Db, collection: string): Promise<IndexFact[]> {
  const found = await db.listCollections({ name: collection }).toArray()
  if (found.length === 0) return []
  const indexes = await db.collection(collection).indexes()
  return indexes.map((index) => ({ ...(index as Omit<IndexFact, 'collection'>), collection }))
}

/** What the start asks for, heard by listening to it: no second list that could differ. */
async function askedIndexes(eventRetentionDays: number): Promise<IndexFact[]> {
  const asked: IndexFact[] = []
  const listener = (
    name: string,
  ): Pick<Collection<object>, 'createIndex' | 'createIndexes' | 'collectionName'> => ({
    collectionName: name,
    createIndex: async (key, options) => {
      asked.push({ collection: name, key: key as IndexFact['key'], ...(options as object) })
      return name
    },
    createIndexes: async (indexes) => {
      for (const index of indexes)
        asked.push({ ...(index as Omit<IndexFact, 'collection'>), collection: name })
      return []
    },
  })
  await prepareDatabase({ collection: listener } as unknown as Db, eventRetentionDays)
  return asked
}
