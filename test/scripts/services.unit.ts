import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectName } from '../../scripts/services/composeFile.js'
import { serverProperties } from '../../scripts/services/kafka.js'
import { mongodUri } from '../../scripts/services/mongod.js'
import { registryUrl } from '../../scripts/services/registry.js'
import { defaultState, remember, remembered } from '../../scripts/services/stateFolder.js'
import { told } from '../../scripts/services/told.js'
import { seconds } from '../../scripts/terminal.js'

describe('a local Kafka', () => {
  const lines = serverProperties('/data', 21_000, 21_001).split('\n')

  it('listens on loopback only', () => {
    assert.ok(lines.includes('listeners=PLAINTEXT://127.0.0.1:21000,CONTROLLER://127.0.0.1:21001'))
    assert.ok(lines.includes('controller.quorum.voters=1@127.0.0.1:21001'))
  })

  it('makes no topics by itself, waits for no further consumer, takes 3 MiB', () => {
    assert.ok(lines.includes('auto.create.topics.enable=false'))
    assert.ok(lines.includes('group.initial.rebalance.delay.ms=0'))
    assert.ok(lines.includes('message.max.bytes=3145728'))
  })
})

describe('the services', () => {
  it('have addresses that the engine understands', () => {
    assert.equal(mongodUri(1), 'mongodb://127.0.0.1:1/millrace?replicaSet=rs0')
    assert.equal(registryUrl(2), 'http://127.0.0.1:2/apis/ccompat/v7')
  })

  it('keep their state where the system keeps states', () => {
    assert.equal(defaultState('start', { XDG_STATE_HOME: '/s' }), '/s/millrace/start')
    assert.match(defaultState('start', {}), /\.local\/state\/millrace\/start$/)
  })

  it('have a Compose project of their own', () => {
    assert.equal(projectName('start'), 'millrace-start')
    assert.equal(projectName('Test_X y'), 'millrace-test-x-y')
  })
})

describe('the state folder', () => {
  it('remembers values', () => {
    const state = mkdtempSync(join(tmpdir(), 'millrace-state-'))
    assert.equal(remembered(state, 'a.json'), undefined)
    remember(state, 'a.json', { b: [1] })
    assert.deepEqual(remembered(state, 'a.json'), { b: [1] })
    rmSync(state, { recursive: true })
  })
})

describe('progress', () => {
  it('tells of the beginning and the end of a piece of work, of its end only if it went well', async () => {
    const said: string[] = []
    const report = (step: { what: string }): void => void said.push(step.what)
    const work = { service: 'x', doing: 'fetching', done: 'fetched' }
    assert.equal(await told(report, work, async () => 7), 7)
    await assert.rejects(told(report, work, () => Promise.reject(new Error('no'))))
    assert.deepEqual(said, ['fetching', 'fetched', 'fetching'])
  })

  it('is told in seconds', () => {
    assert.equal(seconds(420), '0.4 s')
    assert.equal(seconds(125_000), '2 min 5 s')
  })
})
