/** What `work` comes to, or `late` if that takes longer than `limitMs`; what comes after that is left alone. */
export function within<Value>(work: Promise<Value>, limitMs: number, late: () => Error): Promise<Value> {
  return raced(work, limitMs, () => {
    throw late()
  })
}

/** The end of `work`, waited for no longer than `limitMs`: also a late one is well. */
export function atMost(work: Promise<void>, limitMs: number): Promise<void> {
  return raced(work, limitMs, () => undefined)
}

async function raced<Value>(work: Promise<Value>, limitMs: number, atLimit: () => Value): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs)
  })
  try {
    return await Promise.race([work, limit.then(atLimit)])
  } finally {
    clearTimeout(timer)
  }
}
