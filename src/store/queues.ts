/** Runs what is asked for under one name in turn; different names do not wait for each other. */
export type InTurn = <Result>(name: string, run: () => Promise<Result>) => Promise<Result>

export function createQueues(): InTurn {
  const tails = new Map<string, Promise<unknown>>()
  return (name, run) => {
    const result = (tails.get(name) ?? Promise.resolve()).then(run)
    // The next in turn waits for the end of this one, whatever it came to.
    const tail = result.then(noop, noop).then(() => {
      if (tails.get(name) === tail) tails.delete(name)
    })
    tails.set(name, tail)
    return result
  }
}

function noop(): void {}
