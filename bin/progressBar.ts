const WIDTH = 30

/** One line that is drawn over itself, on a terminal only: a log gets no bar. */
export function drawProgress(share: number, words: string): void {
  if (!process.stderr.isTTY) return
  const full = Math.round(share * WIDTH)
  const bar = `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)}`
  process.stderr.write(`\r\u001B[K${bar} ${Math.floor(share * 100)} %  ${words}${share === 1 ? '\n' : ''}`)
}
