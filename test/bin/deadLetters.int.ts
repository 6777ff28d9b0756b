import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type CommandLine, commandLine, settingsOf } from '../support/commandLine.js'
import { type EngineWorld, openEngineWorld, until } from '../support/engineWorld.js'
import { createKafkaPublisher, type KafkaPublisher } from '../support/rawPublisher.js'

interface Row {
  readonly id: string
  readonly status: string
  readonly reason: string
}

describe('millrace dead-letters', function () {
  this.timeout(120_000)
  let world: EngineWorld
  let raw: KafkaPublisher
  let millrace: CommandLine
  before(async () => {
    world = await openEngineWorld()
    raw = await createKafkaPublisher()
    await world.startEngine()
    millrace = commandLine(settingsOf(world))
    const bad = { projectId: world.projectId, name: '', email: 'a@example.com' }
    for (const value of [JSON.stringify(bad), JSON.stringify(bad), 'no JSON'])
      await raw.send(world.inputTopic, { key: 'a@example.com', value, partition: 0 })
    const letters = world.database.db.collection('deadLetters')
    await until('three letters are kept', async () => (await letters.countDocuments({})) === 3)
  })
  after(async () => {
    await raw.close()
    await world.close()
  })

  const list = async (...filter: string[]): Promise<Row[]> =>
    JSON.parse((await millrace('dead-letters', 'list', '--json', ...filter)).out) as Row[]

  it('lists those of all projects and of none, and by filter', async () => {
    const all = await list()
    assert.equal(all.length, 3)
    assert.ok(all.every(({ status }) => status === 'PARKED'))
    const ofProject = await list('--project', world.projectId)
    assert.equal(ofProject.length, 2)
    assert.deepEqual(await list('--reason', String(ofProject[0]?.reason), '--limit', '1'), [ofProject[0]])
    assert.deepEqual(await list('--to', '2020-01-01'), [])
    const table = await millrace('dead-letters')
    assert.match(table.out, new RegExp(`${world.inputTopic} 0:0`))
  })

  it('shows one with its content', async () => {
    const [one] = await list('--project', world.projectId)
    const { code, out } = await millrace('dead-letters', 'show', String(one?.id))
    const letter = JSON.parse(out) as { key: string; decoded: { name: string }; raw: string }
    assert.deepEqual([code, letter.key, letter.decoded.name], [0, 'a@example.com', ''])
    assert.match(Buffer.from(letter.raw, 'base64').toString(), /a@example.com/)
  })

  it('redrives and drops, each once, and counts in a dry run', async () => {
    const ofProject = ['--project', world.projectId]
    const [first, second] = await list(...ofProject)
    assert.equal((await millrace('dead-letters', 'drop', String(first?.id))).out, `dropped ${first?.id}\n`)
    assert.match(
      (await millrace('dead-letters', 'drop', String(first?.id))).err,
      /redriven or dropped before/,
    )
    const dry = await millrace('dead-letters', 'redrive', ...ofProject, '--dry-run')
    assert.equal(dry.out, '1 parked, 0 redriven\n')
    const redriven = await millrace('dead-letters', 'redrive', String(second?.id))
    assert.equal(redriven.out, `redriven ${second?.id}\n`)
    const again = await millrace('dead-letters', 'redrive', String(second?.id))
    assert.deepEqual([again.code, again.out], [1, ''])
    const letters = world.database.db.collection('deadLetters')
    await until('it is wrong once more', async () => (await letters.countDocuments({})) === 4)
    const statuses = (await list()).map(({ status }) => status).sort()
    assert.deepEqual(statuses, ['DROPPED', 'PARKED', 'PARKED', 'REDRIVEN'])
  })

  it('says what is wrong with what it is told', async () => {
    const cases: [readonly string[], RegExp][] = [
      [['show', randomUUID()], /There is no letter/],
      [['show', 'x'], /id is "x", which is no id/],
      [['redrive', randomUUID()], /There is no letter/],
      [['list', '--limit', 'many'], /--limit is "many", which is no whole number/],
      [['list', '--from', 'yesterday'], /--from is "yesterday"/],
      [['list', '--status', 'LOST'], /Allowed choices are/],
    ]
    for (const [args, words] of cases) {
      const { code, err } = await millrace('dead-letters', ...args)
      assert.equal(code, 1)
      assert.match(err, words)
    }
  })
})
