import { z } from 'zod'
import type { StepDefinition } from './definition.js'

const config = z.strictObject({ reason: z.string().max(200).default('exit_step') })

/** Ends the execution; nothing can follow. */
export const exit: StepDefinition<'EXIT', z.infer<typeof config>> = {
  type: 'EXIT',
  config,
  branches: () => [],
  needs: () => ({ contact: false, execution: false }),
  decide: ({ reason }) => ({ type: 'exit', reason }),
}
