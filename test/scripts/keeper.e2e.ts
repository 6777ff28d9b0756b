import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { openKeeper } from '../../scripts/services/keeperClient.js'
import type { ChildSpec } from '../../scripts/services/keeperMessages.js'
import { eventually } from '../../scripts/services/probe.js'
import { isAlive } from '../../scripts/services/processes.js'
import { claimState } from '../../scripts/services/stateFolder.js'

const CLIENT = new URL('../../scripts/services/keeperClient.js', import.meta.url).href
const FOR_EVER = 'setInterval(() => {}, 1000)'
const STUBBORN = `process.on('SIGTERM', () => {}); console.log('up'); ${FOR_EVER}`

/** A script that starts a keeper with two children, prints the process ids and then stays. */
const PARENT = `
  import { openKeeper } from '${CLIENT}'
  const [state, specs, atEnd] = JSON.parse(process.argv[1])
  const keeper = await openKeeper({ state, deleteState: false })
  if (atEnd) keeper.atEnd(atEnd)
  const pids = []
  for (const spec of specs) pids.push((await keeper.start(spec)).pid)
  console.log(JSON.stringify({ keeper: keeper.pid, pids }))
  process.on('SIGINT', () => keeper.stop().then(() => process.exit(0)))
  setInterval(() => {}, 1000)
`

interface Family {
  readonly parent: ChildProcess
  readonly keeper: number
  readonly pids: readonly number[]
}

const gone = (pids: readonly number[]): Promise<boolean> =>
  eventually(async () => !pids.some(isAlive), 15_000)

describe('the keeper', () => {
  let state = ''
  beforeEach(() => {
    state = mkdtempSync(join(tmpdir(), 'millrace-keeper-'))
  })
  afterEach(() => rmSync(state, { recursive: true, force: true }))

  const child = (name: string, code: string): ChildSpec => ({
    name,
    command: process.execPath,
    args: ['-e', `${code} // ${state}`],
    output: join(state, 'log'),
    stopWithinMs: 1000,
  })

  /** Holds once so many children have said that their signal handlers are in place. */
  const ups = (count: number) => async (): Promise<boolean> =>
    readFileSync(join(state, 'log'), 'utf8').split('up').length === count + 1

  async function family(specs: readonly ChildSpec[], atEnd?: unknown): Promise<Family> {
    const argument = JSON.stringify([state, specs, atEnd])
    const parent = spawn(process.execPath, ['--input-type=module', '-e', PARENT, argument], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [text] = await once(createInterface(parent.stdout), 'line')
    return { parent, ...(JSON.parse(text) as Omit<Family, 'parent'>) }
  }

  it('ends every child after a kill -9 of its script, a stubborn one too', async () => {
    const { parent, keeper, pids } = await family([child('mild', FOR_EVER), child('stubborn', STUBBORN)])
    assert.ok(pids.every(isAlive))
    assert.ok(await eventually(ups(1), 10_000))
    parent.kill('SIGKILL')
    assert.ok(await gone([...pids, keeper]))
    assert.equal(existsSync(join(state, 'running.json')), false)
  })

  it('ends every child when asked to, and runs what comes at the end', async () => {
    const mark = join(state, 'ended')
    const atEnd = { command: 'touch', args: [mark], withinMs: 5000 }
    const { parent, keeper, pids } = await family([child('mild', FOR_EVER)], atEnd)
    parent.kill('SIGINT')
    await once(parent, 'exit')
    assert.ok(await gone([...pids, keeper]))
    assert.ok(existsSync(mark))
  })

  it('stops the last started first', async () => {
    const log = join(state, 'order')
    const saying = (name: string): string =>
      `process.on('SIGTERM', () => { require('fs').appendFileSync('${log}', '${name} '); process.exit() }); ${FOR_EVER}; console.log('up')`
    const keeper = await openKeeper({ state, deleteState: false })
    for (const name of ['one', 'two', 'three']) await keeper.start(child(name, saying(name)))
    assert.ok(await eventually(ups(3), 10_000))
    await keeper.stop()
    assert.equal(readFileSync(log, 'utf8'), 'three two one ')
  })

  it('deletes the state folder if that is its order', async () => {
    const keeper = await openKeeper({ state, deleteState: true })
    await keeper.start(child('mild', FOR_EVER))
    await keeper.stop()
    assert.equal(existsSync(state), false)
  })

  it('reports a child that ends by itself and one that cannot start', async () => {
    const keeper = await openKeeper({ state, deleteState: false })
    const held = await keeper.start(child('short', 'process.exit(3);'))
    assert.deepEqual(await held.exited, { code: 3, signal: null })
    await assert.rejects(
      keeper.start({ ...child('none', ''), command: join(state, 'none') }),
      /none did not start/,
    )
    await keeper.stop()
  })

  it('does not take the end of a process for that of another one with its name', async () => {
    const keeper = await openKeeper({ state, deleteState: false })
    const [first, second] = [
      await keeper.start(child('same', FOR_EVER)),
      await keeper.start(child('same', FOR_EVER)),
    ]
    process.kill(first.pid, 'SIGKILL')
    const ends = [first.exited.then(() => 'first'), second.exited.then(() => 'second')]
    assert.equal(await Promise.race([...ends, pause(15_000, 'nobody')]), 'first')
    await keeper.stop()
  })

  it('keeps a second instance away from the state folder', async () => {
    const keeper = await openKeeper({ state, deleteState: false })
    await assert.rejects(
      claimState(state, () => undefined),
      /Another instance is running/,
    )
    await keeper.stop()
    await claimState(state, () => undefined)
  })

  it('is killed itself: the next start ends what it left behind, and only that', async () => {
    const { parent, keeper, pids } = await family([child('mild', FOR_EVER)])
    process.kill(keeper, 'SIGKILL')
    assert.ok(await gone([keeper]))
    const file = join(state, 'running.json')
    const running = JSON.parse(readFileSync(file, 'utf8'))
    const stranger = { name: 'stranger', pid: process.pid }
    writeFileSync(file, JSON.stringify({ ...running, children: [...running.children, stranger] }))
    await claimState(state, () => undefined)
    assert.ok(await gone(pids))
    parent.kill('SIGKILL')
  })
})
