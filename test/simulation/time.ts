/** The one clock of a run, and what is to happen by it. Nothing waits in real time. */
export interface VirtualTime {
  /** Milliseconds of the clock that MongoDB, Kafka and every process share. */
  now(): number
  /** Calls `run` once, `ms` from now; the answer calls it off. */
  after(ms: number, run: () => void): () => void
  wait(ms: number): Promise<void>
  /** Lets things happen, one after the other, until `done` or nothing is left to happen. */
  run(done: () => boolean): Promise<void>
}

interface Task {
  readonly at: number
  readonly order: number
  run: (() => void) | null
}

export function createTime(start: Date): VirtualTime {
  const heap: Task[] = []
  let now = start.getTime()
  let order = 0
  const after = (ms: number, run: () => void) => {
    const task: Task = { at: now + Math.max(0, Math.ceil(ms)), order: order++, run }
    push(heap, task)
    return () => {
      task.run = null
    }
  }
  return {
    now: () => now,
    after,
    wait: (ms) => new Promise((resolve) => after(ms, resolve)),
    run: async (done) => {
      for (let task = pop(heap); task !== undefined && !done(); task = pop(heap)) {
        if (task.run === null) continue
        now = task.at
        task.run()
        await everyPromise()
      }
    },
  }
}

/** All that promises set off has run once the event loop comes round again. */
function everyPromise(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function isBefore(a: Task, b: Task): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}

function push(heap: Task[], task: Task): void {
  let at = heap.push(task) - 1
  while (at > 0) {
    const up = (at - 1) >> 1
    const parent = heap[up]
    if (parent === undefined || isBefore(parent, task)) break
    heap[at] = parent
    at = up
  }
  heap[at] = task
}

function pop(heap: Task[]): Task | undefined {
  const [first] = heap
  const last = heap.pop()
  if (last !== undefined && heap.length > 0) sink(heap, last)
  return first
}

function sink(heap: Task[], task: Task): void {
  let at = 0
  for (
    let child = childOf(heap, at);
    child !== null && !isBefore(task, child.task);
    child = childOf(heap, at)
  ) {
    heap[at] = child.task
    at = child.at
  }
  heap[at] = task
}

/** The earlier of the two below. */
function childOf(heap: readonly Task[], at: number): { readonly at: number; readonly task: Task } | null {
  const left = heap[2 * at + 1]
  const right = heap[2 * at + 2]
  if (left === undefined) return null
  const isRight = right !== undefined && isBefore(right, left)
  return isRight ? { at: 2 * at + 2, task: right } : { at: 2 * at + 1, task: left }
}
