import { configuredAddresses, mustAnswer } from './addresses.js'
import { composeServices } from './compose.js'
import { type Keeper, openKeeper } from './keeperClient.js'
import { localServices } from './local.js'
import { claimState } from './stateFolder.js'
import type { Found, ResolveOptions, Services } from './types.js'

/** Services that are not ours to hold are not ours to lose. */
const NEVER = new Promise<string>(() => undefined)

/**
 * Finds or starts Kafka, MongoDB and the schema registry: addresses in the environment first, then Docker
 * Compose, then local processes; or only what is asked for. What it started ends with `stop()`, and also when this
 * process dies.
 */
export async function resolveServices(options: ResolveOptions): Promise<Services> {
  const began = Date.now()
  await claimState(options.state, (what) =>
    options.onProgress({ service: 'services', what, elapsedMs: Date.now() - began }),
  )
  const keeper = await openKeeper({ state: options.state, deleteState: !options.keepData })
  const stop = (how?: { now?: boolean }): Promise<void> => keeper.stop(how)
  try {
    const found = await find(options, keeper)
    return { ...found, keeper, stop }
  } catch (error) {
    await keeper.stop()
    throw error
  }
}

async function find(options: ResolveOptions, keeper: Keeper): Promise<Found> {
  if (options.only === 'containers') {
    // Loaded for those who ask: it is large.
    const { containerServices } = await import('./containers.js')
    return containerServices({ ...options, keeper })
  }
  if (options.only === 'local') return localServices(keeper, options.state, options.onProgress)
  const configured = configuredAddresses(process.env)
  if (configured !== undefined) {
    await mustAnswer(configured)
    return { how: 'configured', env: configured, lost: NEVER }
  }
  const composed = await composeServices({ ...options, keeper })
  return composed ?? localServices(keeper, options.state, options.onProgress)
}
