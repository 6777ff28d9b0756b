/** What is asked of one topic: where its partitions end, or with `fromBeginning` where they start. */
export interface OffsetQuestion {
  readonly topic: string
  readonly partitions: readonly { readonly partition: number }[]
  readonly fromBeginning?: boolean
  readonly fromTimestamp?: number
}

export interface TopicOffsets {
  readonly topic: string
  readonly partitions: { partition: number; offset: string }[]
}

export type FetchOffsets = (questions: readonly OffsetQuestion[]) => Promise<TopicOffsets[]>

/** The library's cluster, as far as it concerns us. */
export interface OffsetFetching {
  fetchTopicsOffset: FetchOffsets
}

interface Asked {
  readonly questions: readonly OffsetQuestion[]
  readonly resolve: (answer: TopicOffsets[] | Promise<TopicOffsets[]>) => void
}

/**
 * As shipped, every topic's end is a request of its own, which with a topic a step kind is most of what an idle
 * process does. What is asked in one turn of the event loop goes together: nobody gets an answer that is older than
 * his question.
 */
export function shareOffsetRequests(fetch: FetchOffsets): FetchOffsets {
  const waiting = new WeakMap<object, Map<string, Asked[]>>()
  return function (this: object, questions) {
    const byKind = waiting.get(this) ?? new Map<string, Asked[]>()
    waiting.set(this, byKind)
    const kind = kindOf(questions)
    return new Promise((resolve) => {
      const asked = byKind.get(kind)
      if (asked !== undefined) {
        asked.push({ questions, resolve })
        return
      }
      const first: Asked[] = [{ questions, resolve }]
      byKind.set(kind, first)
      setImmediate(() => {
        byKind.delete(kind)
        answerAll(first, fetch.bind(this))
      })
    })
  }
}

/** A request names each topic once, so beginnings, ends and times go apart. */
function kindOf(questions: readonly OffsetQuestion[]): string {
  return questions
    .map(({ fromBeginning = false, fromTimestamp = '' }) => `${fromBeginning}${fromTimestamp}`)
    .join()
}

function answerAll(asked: readonly Asked[], fetch: FetchOffsets): void {
  const all = asked.flatMap(({ questions }) => questions)
  const alone = () => {
    for (const { questions, resolve } of asked) resolve(fetch(questions))
  }
  // Nobody gets other partitions of a topic than those that he asked for.
  const apart = asked.length === 1 || new Set(all.map(({ topic }) => topic)).size < all.length
  if (apart) alone()
  else {
    fetch(all).then(
      (offsets) => {
        for (const { questions, resolve } of asked) resolve(partOf(offsets, questions))
      },
      // One topic's fault is not its neighbours'.
      alone,
    )
  }
}

function partOf(offsets: readonly TopicOffsets[], questions: readonly OffsetQuestion[]): TopicOffsets[] {
  const topics = new Set(questions.map(({ topic }) => topic))
  return offsets.filter(({ topic }) => topics.has(topic)).map((one) => ({ ...one }))
}
