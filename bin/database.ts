import { readDatabaseConfig } from '../src/config.js'
import type { ProjectStores } from '../src/store/firstProject.js'
import { connectMongo } from '../src/store/mongo/connect.js'
import { createMongoKeys, prepareKeys } from '../src/store/mongo/keys.js'
import { createMongoProjects } from '../src/store/mongo/projects.js'

/** Runs `work` on the stores of projects and keys; the connection ends with it. */
export async function withProjects<Result>(
  work: (stores: ProjectStores) => Promise<Result>,
): Promise<Result> {
  const config = readDatabaseConfig()
  const { db, close } = await connectMongo({ uri: config.MONGODB_URI, waitMs: config.CONNECT_TIMEOUT_MS })
  try {
    await prepareKeys(db)
    return await work({ projects: createMongoProjects(db), keys: createMongoKeys(db) })
  } finally {
    await close()
  }
}
