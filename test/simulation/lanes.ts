import type { EngineDeps } from '../../consumers/deps.js'
import type { StepOutput } from '../../src/engine/outputs.js'
import type { Execution } from '../../src/workflow/execution.js'
import type { ExecutionId } from '../../src/workflow/ids.js'
import { STEP_TOPICS, type StepTopic } from '../../src/workflow/stepTopic.js'
import type { World } from './world.js'

/** Every other execution, by its id, so that whoever starts it again gives it the same lane. */
function isBulk({ scenario }: World, id: ExecutionId): boolean {
  return scenario.bulk && Number.parseInt(id.slice(-1), 16) % 2 === 0
}

/** Events start live executions only: here some of them count as started by a replay, document and first message. */
export function withBulkStarts(deps: EngineDeps, world: World): EngineDeps {
  const inLane = (execution: Execution): Execution =>
    isBulk(world, execution.id) ? { ...execution, lane: 'bulk' } : execution
  const first = ({ kind, due }: StepOutput): StepOutput =>
    due.seq === 0 && isBulk(world, due.executionId) ? { kind, due: { ...due, lane: 'bulk' } } : { kind, due }
  return {
    ...deps,
    executions: { ...deps.executions, insert: (list) => deps.executions.insert(list.map(inLane)) },
    outbox: {
      ...deps.outbox,
      send: (outputs) => deps.outbox.send({ ...outputs, steps: outputs.steps.map(first) }),
    },
  }
}

/** Every step message was sent to the topic of its execution's lane. */
export function checkLanes(world: World): string[] {
  return STEP_TOPICS.flatMap((which) => {
    const { partitions } = world.kafka.log(world.topology.steps[which].name)
    return partitions.flat().flatMap(({ value }) => strayOf(world, which, value))
  })
}

function strayOf({ ledger }: World, which: StepTopic, value: Buffer | null): string[] {
  const { executionId } = JSON.parse(value?.toString() ?? '{}') as { executionId: ExecutionId }
  const lane = ledger.get(executionId)?.lane
  return (which === 'BULK') === (lane === 'bulk')
    ? []
    : [`${executionId} of lane ${lane} was sent to ${which}`]
}
