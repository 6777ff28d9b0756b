import Table from 'cli-table3'

/** As JSON for programs, as a table for people. */
export function print(json: boolean, rows: readonly Readonly<Record<string, string>>[]): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(rows.length === 1 ? rows[0] : rows)}\n`)
    return
  }
  const head = Object.keys(rows[0] ?? {})
  const table = new Table({ head, style: { head: [], border: [] } })
  for (const row of rows) table.push(head.map((name) => row[name] ?? ''))
  process.stdout.write(`${table.toString()}\n`)
}
