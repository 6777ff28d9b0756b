import { writeFileSync } from 'node:fs'
import Mocha from 'mocha'

/** Mocha's own `spec` output; its counts also go to the file that MILLRACE_TEST_COUNTS names. */
export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options)
    const file = process.env['MILLRACE_TEST_COUNTS']
    runner.once('end', () => {
      if (file)
        writeFileSync(file, JSON.stringify({ passes: this.stats.passes, failures: this.stats.failures }))
    })
  }
}
