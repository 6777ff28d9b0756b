import { fileURLToPath } from 'node:url'
import { COMPOSE_FILE } from '../../scripts/services/composeFile.js'
import { freePorts } from '../../scripts/services/ports.js'
import { eventually } from '../../scripts/services/probe.js'
import { run, tail } from '../../scripts/services/processes.js'
import { told } from '../../scripts/services/told.js'
import { progressLine } from '../../scripts/terminal.js'

const ADDITIONS = fileURLToPath(new URL('../../../test/containers/rolling.compose.yml', import.meta.url))
const PROJECT = 'millrace-rolling'
const UP_LIMIT_MS = 900_000
const COMMAND_LIMIT_MS = 120_000
const HEALTHY_WITHIN_MS = 300_000

export interface Restart {
  readonly stopMs: number
  /** From the start to the first healthy answer. */
  readonly healthyMs: number
}

/** The whole system as containers of its own, made for one run. */
export interface System {
  readonly base: string
  readonly prometheus: string
  engines(): Promise<string[]>
  stopEngines(): Promise<void>
  /** Throws with the output of a command that fails. */
  runIn(service: string, command: readonly string[]): Promise<void>
  /** Resolves when the container is healthy again. */
  restart(container: string, kill: boolean): Promise<Restart>
  /** `webhook-id` of every call that came in. */
  calls(): Promise<string[]>
  close(): Promise<void>
}

/** Without names it is everything that no profile holds back. */
export async function openSystem(secretKey: string, services: readonly string[] = []): Promise<System> {
  const [port, sinkPort, kafkaPort, mongodbPort, registryPort, prometheusPort] = (await freePorts(6)).map(
    String,
  )
  const env: Record<string, string> = {
    PORT: port ?? '',
    SINK_PORT: sinkPort ?? '',
    KAFKA_PORT: kafkaPort ?? '',
    MONGODB_PORT: mongodbPort ?? '',
    REGISTRY_PORT: registryPort ?? '',
    PROMETHEUS_PORT: prometheusPort ?? '',
    WEBHOOK_ALLOW: 'sink:8080',
    MILLRACE_SECRET_KEY: secretKey,
  }
  const docker = async (args: readonly string[], withinMs = COMMAND_LIMIT_MS): Promise<string> => {
    const { ok, output } = await run('docker', args, { env, withinMs })
    if (!ok) throw new Error(`\`docker ${args.join(' ')}\` failed:\n${tail(output)}`)
    return output.trim()
  }
  const compose = (args: readonly string[], withinMs?: number): Promise<string> =>
    docker(['compose', '-f', COMPOSE_FILE, '-f', ADDITIONS, '-p', PROJECT, ...args], withinMs)
  const close = async (): Promise<void> => {
    await compose(['--profile', '*', 'down', '--volumes', '--timeout', '60'])
  }
  const isHealthy = async (container: string): Promise<boolean> =>
    (await docker(['inspect', '--format', '{{.State.Health.Status}}', container])) === 'healthy'
  const work = { service: 'compose', doing: 'bringing the system up', done: 'the system is healthy' }
  try {
    await told(progressLine, work, () => compose(['up', '--build', '--wait', ...services], UP_LIMIT_MS))
  } catch (error) {
    await close()
    throw error
  }
  return {
    base: `http://127.0.0.1:${port}`,
    prometheus: `http://127.0.0.1:${prometheusPort}`,
    stopEngines: async () => {
      await compose(['stop', '--timeout', '60', 'engine'])
    },
    runIn: async (service, command) => {
      await compose(['exec', '-T', service, ...command])
    },
    engines: async () => (await compose(['ps', '--format', '{{.Name}}', 'engine'])).split('\n'),
    restart: async (container, kill) => {
      const began = Date.now()
      await docker(kill ? ['kill', container] : ['stop', '-t', '60', container])
      const stopMs = Date.now() - began
      await docker(['start', container])
      if (!(await eventually(() => isHealthy(container), HEALTHY_WITHIN_MS))) {
        const health = await docker(['inspect', '--format', '{{json .State}}', container])
        throw new Error(
          `${container} is not healthy ${HEALTHY_WITHIN_MS / 1000} s after its restart:\n${health}\n` +
            tail(await docker(['logs', '--tail', '30', container]), 30),
        )
      }
      return { stopMs, healthyMs: Date.now() - began - stopMs }
    },
    calls: async () => (await (await fetch(`http://127.0.0.1:${sinkPort}/`)).json()) as string[],
    close,
  }
}
