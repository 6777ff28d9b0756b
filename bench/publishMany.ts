import { createPublisher } from '../scripts/demo/publisher.js'
import type { BenchStage, Run } from './stage.js'

/** `n` events of `n` contacts on the input topic of a run. */
export async function publishMany(
  bench: BenchStage,
  run: Run,
  { projectId, name, n }: { readonly projectId: string; readonly name: string; readonly n: number },
): Promise<void> {
  const publisher = await createPublisher(bench.services.env.KAFKA_BROKERS, `${run.prefix}contact-events`)
  const events = Array.from({ length: n }, (_, index) => ({
    eventId: `e${index}`,
    projectId,
    name,
    email: `contact-${index}@example.com`,
    data: { plan: index % 2 === 0 ? 'free' : 'pro', n: index },
  }))
  await publisher.publish(events)
  await publisher.close()
}
