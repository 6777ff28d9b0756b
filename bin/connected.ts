import { readConfig } from '../src/config.js'
import { type Connections, openConnections } from '../src/connections.js'
import { createAnnouncer } from '../src/events.js'
import type { Brand } from '../src/workflow/ids.js'
import { type ProjectId, parseId } from '../src/workflow/ids.js'

/** Runs `work` with all that the service reaches; the connections end with it. */
export async function withConnections<Result>(
  work: (connections: Connections) => Promise<Result>,
): Promise<Result> {
  const connections = await openConnections(readConfig(), createAnnouncer())
  try {
    return await work(connections)
  } finally {
    await connections.close()
  }
}

/** An id of the command line, or a sentence that names the argument. */
export function idOf<Id extends Brand<string>>(name: string, text: string): Id {
  const id = parseId<Id>(text)
  if (id === null) throw new Error(`${name} is ${JSON.stringify(text)}, which is no id.`)
  return id
}

export function projectOf(text: string): ProjectId {
  return idOf<ProjectId>('--project', text)
}

/** A whole number from 1 to 999,999 of the command line. */
export function wholeOf(name: string, text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new Error(`${name} is ${JSON.stringify(text)}, which is no whole number.`)
  return Number(text)
}
