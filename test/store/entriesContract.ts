import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Entry, EntryStore } from '../../src/store/ports/entries.js'
import type { ContactId, ExecutionId, ProjectId, WorkflowId } from '../../src/workflow/ids.js'

export function newEntry(like: Partial<Entry> = {}): Entry {
  return {
    projectId: randomUUID() as string as ProjectId,
    workflowId: randomUUID() as string as WorkflowId,
    contactId: randomUUID() as string as ContactId,
    executionId: randomUUID() as string as ExecutionId,
    at: new Date('2026-01-01T00:00:00.000Z'),
    ...like,
  }
}

export function entriesContract(open: (executionRetentionMs?: number) => EntryStore): void {
  const again = (entry: Entry): Entry => newEntry({ ...entry, executionId: newEntry().executionId })

  it('makes what is missing and names nothing', async () => {
    assert.equal((await open().claim([newEntry(), newEntry()])).size, 0)
  })

  it('names the execution that went in first, also for the same execution again', async () => {
    const store = open()
    const first = newEntry()
    const second = again(first)
    await store.claim([first])
    const there = await store.claim([second, newEntry()])
    assert.deepEqual([...there], [[second.executionId, first.executionId]])
    assert.deepEqual([...(await store.claim([first]))], [[first.executionId, first.executionId]])
  })

  it('lets the first of two in one call win', async () => {
    const store = open()
    const first = newEntry()
    const second = again(first)
    const there = await store.claim([first, second])
    assert.deepEqual([...there], [[second.executionId, first.executionId]])
  })

  const later = (entry: Entry, ms: number): Entry =>
    newEntry({ ...again(entry), at: new Date(entry.at.getTime() + ms) })

  it('takes over from the execution that is named, once', async () => {
    const store = open()
    const first = newEntry()
    const [second, third] = [later(first, 15 * 60_000), later(first, 60 * 60_000)]
    await store.claim([first])
    assert.equal(await store.takeOver(second, first.executionId), true)
    assert.equal(await store.takeOver(third, first.executionId), false)
    assert.equal(await store.takeOver(second, first.executionId), true, 'asked again after a lost answer')
    assert.deepEqual([...(await store.claim([third]))], [[third.executionId, second.executionId]])
  })

  it('takes over neither what may still come to be nor what may have been', async () => {
    const store = open()
    const first = newEntry()
    await store.claim([first])
    for (const ms of [0, 15 * 60_000 - 1, 30 * 86_400_000 + 1])
      assert.equal(await store.takeOver(later(first, ms), first.executionId), false)
    assert.equal(await store.takeOver(later(first, 30 * 86_400_000), first.executionId), true)
  })

  it('takes nothing over that is older than executions are kept', async () => {
    const store = open(86_400_000)
    const first = newEntry()
    await store.claim([first])
    assert.equal(await store.takeOver(later(first, 86_400_001), first.executionId), false)
    assert.equal(await store.takeOver(later(first, 86_400_000), first.executionId), true)
  })

  it('takes nothing over where there is no entry', async () => {
    const entry = newEntry()
    assert.equal(await open().takeOver(entry, again(entry).executionId), false)
  })

  it('takes no entries', async () => {
    assert.equal((await open().claim([])).size, 0)
  })
}
