#!/usr/bin/env node
import { Command } from 'commander'
import { messageOf } from '../src/errors.js'
import { PACKAGE_VERSION } from '../src/version.js'
import { addDeadLetterCommands } from './deadLetters.js'
import { addDoctorCommand } from './doctor.js'
import { addKeyCommands } from './keys.js'
import { addProjectCommands } from './projects.js'
import { addReplayCommands } from './replay.js'
import { addRewindCommand } from './rewind.js'

const program = new Command('millrace')
  .description(
    'Contact workflows on a stream of events. Addresses come from the environment, as for the service.',
  )
  .version(PACKAGE_VERSION)
addProjectCommands(program)
addKeyCommands(program)
addDoctorCommand(program)
addReplayCommands(program)
addDeadLetterCommands(program)
addRewindCommand(program)

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`)
  process.exitCode = 1
})
