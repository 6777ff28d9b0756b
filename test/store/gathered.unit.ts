import assert from 'node:assert/strict'
import { gatherSaves, gatherTemplates } from '../../src/store/gathered.js'
import { realScheduler } from '../../src/store/scheduling.js'
import type { ProjectId, TemplateId } from '../../src/workflow/ids.js'
import type { MessageRecord, Template } from '../../src/workflow/mail.js'

const record = (id: string) => ({ id }) as unknown as MessageRecord
const [PROJECT, OTHER] = ['p', 'o'] as string[] as ProjectId[]

describe('What mails ask of the database', () => {
  it('is written together where they go out at the same time', async () => {
    const calls: string[][] = []
    const save = gatherSaves(
      {
        save: async (records) => {
          calls.push(records.map(({ id }) => id))
        },
      },
      realScheduler,
    )
    await Promise.all([save(record('a')), save(record('b'))])
    await save(record('c'))
    assert.deepEqual(calls, [['a', 'b'], ['c']])
  })

  it('fails for all that went together', async () => {
    const away = () => Promise.reject(new Error('away'))
    const save = gatherSaves({ save: away }, realScheduler)
    const ends = await Promise.allSettled([save(record('a')), save(record('b'))])
    assert.deepEqual(
      ends.map(({ status }) => status),
      ['rejected', 'rejected'],
    )
  })

  it('is read once where it is the same template of one project, and anew later', async () => {
    const calls: string[] = []
    const find = gatherTemplates(
      {
        find: async (projectId, id) => {
          calls.push(`${projectId} ${id}`)
          return { id } as unknown as Template
        },
      },
      realScheduler,
    )
    const id = 't' as string as TemplateId
    assert.ok(PROJECT !== undefined && OTHER !== undefined)
    const found = await Promise.all([find(PROJECT, id), find(OTHER, id), find(PROJECT, id)])
    assert.deepEqual(
      found.map((one) => one?.id),
      [id, id, id],
    )
    assert.deepEqual(calls, ['p t', 'o t'])
    await find(PROJECT, id)
    assert.equal(calls.length, 3)
  })
})
