import { z } from 'zod'
import type { Outcome, StepDefinition } from './definition.js'

const config = z.strictObject({ reason: z.string().max(200).default('exit_step') })

type ExitConfig = z.infer<typeof config>

const decide = ({ reason }: ExitConfig): Outcome => ({ type: 'exit', reason })

/** Ends the execution; nothing can follow. */
export const exit: StepDefinition<'EXIT', ExitConfig> = {
  type: 'EXIT',
  config,
  branches: () => [],
  needs: () => ({ contact: false, execution: false }),
  decide,
  pass: decide,
}
