import Table from 'cli-table3'
/** The terminal of the scripts: whole lines only, so that output of several processes stays readable. */
export function line(text = ''): void {
  process.stdout.write(`${text}\n`)
}

export function complain(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** `0.4 s`, `12.0 s`, `2 min 5 s`. */
export function seconds(elapsedMs: number): string {
  if (elapsedMs < 60_000) return `${(elapsedMs / 1000).toFixed(1)} s`
  const whole = Math.round(elapsedMs / 1000)
  return `${Math.floor(whole / 60)} min ${whole % 60} s`
}

export function progressLine(step: { service: string; what: string; elapsedMs: number }): void {
  line(`  ${step.service.padEnd(9)} ${step.what} (${seconds(step.elapsedMs)})`)
}

/** What went wrong, as one sentence: stack traces are for defects, not for a missing tool. */
export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** A table that reads the same in a terminal, a pipe and a log. */
export function tableOf(head: string[]): InstanceType<typeof Table> {
  return new Table({ head, style: { head: [], border: [] } })
}

/** Lines for a shell, so that what is started in it finds the same services. */
export function exportsOf(env: object): string[] {
  return Object.entries(env).map(([name, value]) => `export ${name}='${value}'`)
}
