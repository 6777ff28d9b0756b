import { MongoBulkWriteError } from './driver.js'

const DUPLICATE_KEY = 11000

/**
 * Waits for an unordered insert and answers the indexes of the documents that were there already.
 * Any other write error is thrown: only "it is there" is an answer.
 */
export async function duplicateIndexes(insert: Promise<unknown>): Promise<number[]> {
  try {
    await insert
    return []
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError)) throw error
    const faults = [error.writeErrors].flat()
    if (faults.length === 0 || faults.some((fault) => fault.code !== DUPLICATE_KEY)) throw error
    return faults.map((fault) => fault.index)
  }
}
