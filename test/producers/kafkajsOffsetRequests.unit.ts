import assert from 'node:assert/strict'
import { type OffsetQuestion, shareOffsetRequests } from '../../producers/kafkajsOffsetRequests.js'

const question = (topic: string, fromBeginning = false, partition = 0): OffsetQuestion => ({
  topic,
  fromBeginning,
  partitions: [{ partition }],
})

/** A cluster that answers `<topic>-end` or `<topic>-start`, and knows no topic called `gone`. */
function aCluster() {
  const requests: (readonly OffsetQuestion[])[] = []
  const fetchTopicsOffset = shareOffsetRequests(async (questions) => {
    requests.push(questions)
    if (questions.some(({ topic }) => topic === 'gone')) throw new Error('UNKNOWN_TOPIC_OR_PARTITION')
    return questions.map(({ topic, fromBeginning = false, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition }) => ({
        partition,
        offset: `${topic}-${fromBeginning ? 'start' : 'end'}`,
      })),
    }))
  })
  return { requests, cluster: { fetchTopicsOffset } }
}

describe('questions for offsets', () => {
  it('go together when they are asked in one turn, beginnings apart from ends', async () => {
    const { requests, cluster } = aCluster()
    const topics = ['a', 'b', 'c']
    const ends = topics.map((topic) => cluster.fetchTopicsOffset([question(topic)]))
    const starts = topics.map((topic) => cluster.fetchTopicsOffset([question(topic, true)]))
    const answers = (await Promise.all([...ends, ...starts])).map((answer) =>
      answer.map((one) => one.partitions[0]),
    )
    assert.deepEqual(
      answers.map(([one]) => one?.offset),
      ['a-end', 'b-end', 'c-end', 'a-start', 'b-start', 'c-start'],
    )
    assert.equal(requests.length, 2)
  })

  it('are asked anew in the next turn', async () => {
    const { requests, cluster } = aCluster()
    await cluster.fetchTopicsOffset([question('a')])
    await cluster.fetchTopicsOffset([question('a')])
    assert.equal(requests.length, 2)
  })

  it('of one topic with other partitions go apart', async () => {
    const { cluster } = aCluster()
    const [first, second] = await Promise.all([
      cluster.fetchTopicsOffset([question('a', false, 0)]),
      cluster.fetchTopicsOffset([question('a', false, 1)]),
    ])
    assert.deepEqual([first?.[0]?.partitions[0]?.partition, second?.[0]?.partitions[0]?.partition], [0, 1])
  })

  it('do not fail for a neighbour that does', async () => {
    const { cluster } = aCluster()
    const [good, bad] = await Promise.allSettled([
      cluster.fetchTopicsOffset([question('a')]),
      cluster.fetchTopicsOffset([question('gone')]),
    ])
    assert.equal(good.status, 'fulfilled')
    assert.equal(bad.status, 'rejected')
  })

  it('of two clusters do not meet', async () => {
    const [one, other] = [aCluster(), aCluster()]
    const share = one.cluster.fetchTopicsOffset
    const apart = { fetchTopicsOffset: share }
    await Promise.all([
      one.cluster.fetchTopicsOffset([question('a')]),
      apart.fetchTopicsOffset([question('b')]),
    ])
    assert.equal(one.requests.length, 2)
    assert.equal(other.requests.length, 0)
  })
})
