/** Sums of the counters at `/metrics`, by name. */
export async function readCounters(base: string, names: readonly string[]): Promise<Record<string, number>> {
  const text = await (await fetch(`${base}/metrics`)).text()
  const sums = Object.fromEntries(names.map((name) => [name, 0]))
  for (const row of text.split('\n')) {
    const [, name, value] = /^(\w+)(?:\{[^}]*\})? ([0-9.e+-]+)$/.exec(row) ?? []
    if (name !== undefined && name in sums) sums[name] = (sums[name] ?? 0) + Number(value)
  }
  return sums
}
