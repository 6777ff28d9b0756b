import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { createPublisher } from '../../scripts/demo/publisher.js'
import { makeWorkflow } from '../../scripts/workflows.js'
import { allHandled } from '../support/allHandled.js'
import { until } from '../support/engineWorld.js'
import { type LiveStage, openLiveStage } from '../support/liveStage.js'

const COUNT = 3_000
const COMMAND = fileURLToPath(new URL('../../bin/millrace.js', import.meta.url))

interface Shown {
  readonly id: string
  readonly status: string
  readonly started: number
  readonly alreadyThere: number
  readonly progress: number
}

describe('a replay whose process is killed', () => {
  let stage: LiveStage
  before(async () => {
    // Those of the dead are given to others soon.
    stage = await openLiveStage({ SESSION_TIMEOUT_MS: '10000' })
  })
  after(() => stage.close())

  it('goes on in the next process, starts everything once, and starts nothing when it is asked again', async function () {
    this.timeout(400_000)
    const engine = await stage.start({ ROLES: 'api,engine' })
    const { id: projectId } = await engine.api.get<{ id: string }>('/project')
    await publishAll(projectId, 'imported')
    const { db } = stage.database
    const workflow = await makeWorkflow(engine.api, {
      name: 'Came later',
      eventName: 'imported',
      steps: { Bye: { type: 'EXIT', config: { reason: 'done' } } },
      arrows: [['trigger', 'Bye']],
    })
    const path = `/workflows/${workflow.id}/replays`
    const wish = { from: '1990-01-01T00:00:00Z', mode: 'missing', ratePerSecond: 300 }
    const asked = await engine.api.post<Shown>(path, wish)
    await assert.rejects(engine.api.post(path, wish), new RegExp(`409.*${asked.id}`))
    const first = await stage.start({ ROLES: 'replay' }, { ready: false })
    const executions = db.collection('executions')
    await until('it is under way', async () => (await executions.countDocuments()) > 500, 120_000)
    first.signal('SIGKILL')
    await first.exited
    await stage.start({ ROLES: 'replay' }, { ready: false })
    const now = () => engine.api.get<Shown>(`${path}/${asked.id}`)
    await until('it ended', async () => (await now()).status !== 'RUNNING', 180_000)
    const { status, started, alreadyThere, progress } = await now()
    assert.deepEqual([status, started, alreadyThere, progress], ['COMPLETED', COUNT, 0, 1])
    assert.equal(await executions.countDocuments(), COUNT)
    const done = () => executions.countDocuments({ status: 'COMPLETED', history: { $size: 2 } })
    await until('every one ended', async () => (await done()) === COUNT, 120_000)

    const [shown] = await fromTheShell([
      '--project',
      projectId,
      '--workflow',
      workflow.id,
      '--from',
      wish.from,
    ])
    assert.deepEqual([shown?.status, shown?.started, shown?.alreadyThere], ['COMPLETED', 0, COUNT])
    assert.equal(await executions.countDocuments(), COUNT)
  })

  it('strands nothing of what it started: each step is taken once, whoever was killed between them', async function () {
    this.timeout(400_000)
    const first = await stage.start({})
    const { id: projectId } = await first.api.get<{ id: string }>('/project')
    await publishAll(projectId, 'imported_too')
    const isThere = { field: 'contact.email', operator: 'exists' }
    const { id } = await makeWorkflow(first.api, {
      name: 'Of some steps',
      eventName: 'imported_too',
      steps: {
        First: { type: 'CONDITION', config: isThere },
        Mark: { type: 'UPDATE_CONTACT', config: { data: { marked: '{{ contact.email }}' } } },
        Then: { type: 'CONDITION', config: isThere },
        Bye: { type: 'EXIT', config: { reason: 'done' } },
      },
      arrows: [
        ['trigger', 'First'],
        ['First', 'Mark', 'yes'],
        ['Mark', 'Then'],
        ['Then', 'Bye', 'yes'],
      ],
    })
    const wish = { from: '1990-01-01T00:00:00Z', mode: 'missing', ratePerSecond: 100_000 }
    await first.api.post(`/workflows/${id}/replays`, wish)
    const executions = stage.database.db.collection('executions')
    const ofReplay = { lane: 'bulk', 'history.name': 'First' }
    await until('it is under way', async () => (await executions.countDocuments(ofReplay)) > 500, 120_000)
    first.signal('SIGKILL')
    await first.exited
    const unended = { lane: 'bulk', completedAt: { $exists: false } }
    assert.ok((await executions.countDocuments(unended)) > 0, 'it was killed too late')
    await stage.start({})
    const done = { ...ofReplay, status: 'COMPLETED', history: { $size: 5 } }
    await until('every one ended', async () => (await executions.countDocuments(done)) === COUNT, 180_000)
    assert.equal(await executions.countDocuments(unended), 0)
  })

  async function publishAll(projectId: string, name: string): Promise<void> {
    const publisher = await createPublisher(stage.brokers, `${stage.prefix}contact-events`)
    const events = Array.from({ length: COUNT }, (_, n) => ({
      eventId: `${name}${n}`,
      projectId,
      name,
      email: `contact-${n}@example.com`,
      data: {},
    }))
    await publisher.publish(events)
    await publisher.close()
    await allHandled(`${stage.prefix}contact-events`)
  }

  /** `npx millrace replay … --json` in the environment of the service. */
  function fromTheShell(args: readonly string[]): Promise<Shown[]> {
    const env = {
      ...process.env,
      MONGODB_URI: stage.database.uri,
      TOPIC_PREFIX: stage.prefix,
      PARTITIONS: '3',
    }
    const child = spawn(process.execPath, [COMMAND, 'replay', ...args, '--json'], { env })
    const parts: Buffer[] = []
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => parts.push(part))
    return new Promise((resolve, reject) => {
      child.once('close', (code) => {
        const text = Buffer.concat(parts).toString()
        if (code === 0) resolve(JSON.parse(text) as Shown[])
        else reject(new Error(`the command ended with ${code}: ${text}`))
      })
    })
  }
})
