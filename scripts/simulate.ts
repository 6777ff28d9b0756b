/** `npm run simulate -- --seeds N --from S`: the engine in a simulated world, seed after seed; `--timeline` tells all. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { runScript } from './lifetime.js'
import { endWithUs } from './services/processes.js'

/** The simulation stands with the tests, which nothing but them imports: so it runs as a process of its own. */
const COMMAND = join(import.meta.dirname, '..', 'test', 'simulation', 'command.js')

await runScript(
  () =>
    new Promise((resolve, reject) => {
      const args = ['--enable-source-maps', COMMAND, ...process.argv.slice(2)]
      const child = spawn(process.execPath, args, { stdio: 'inherit' })
      endWithUs(child)
      child.once('error', reject)
      child.once('exit', (code) => resolve(code ?? 1))
    }),
)
