/** `npm run bench -- endpoints`: what an endpoint that hangs, or a slow one, costs the webhooks of others. */
import { parseArgs } from 'node:util'
import { line, tableOf } from '../scripts/terminal.js'
import { playScene, type SceneFigures, type SceneOptions } from './endpointScene.js'
import { percentile } from './percentile.js'
import { openBench } from './stage.js'

interface Scene extends SceneOptions {
  readonly name: string
}

export async function endpoints(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      good: { type: 'string', default: '100' },
      rate: { type: 'string', default: '200' },
      seconds: { type: 'string', default: '30' },
      /** Webhooks that wait for the slow endpoint; nought leaves it out. */
      queued: { type: 'string', default: '5000' },
      ms: { type: 'string', default: '1000' },
      runs: { type: 'string', default: '2' },
      /** Scenes whose name has this text. */
      only: { type: 'string', default: '' },
    },
  })
  const [good = 0, rate = 0, seconds = 0, queued = 0, slowMs = 0, runs = 0] = [
    values.good,
    values.rate,
    values.seconds,
    values.queued,
    values.ms,
    values.runs,
  ].map(Number)
  const alone = { name: 'alone', good, rate, seconds, slowMs, hanging: 0, shares: 1, queued: 0 }
  const slow = { ...alone, name: `one of ${slowMs} ms, ${queued} wait`, queued }
  const scenes = [
    alone,
    { ...alone, name: 'one hangs', hanging: 1 },
    { ...alone, name: 'one hangs, ten shares', hanging: 1, shares: 10 },
    { ...alone, name: 'ten hang, ten shares each', hanging: 10, shares: 10 },
    ...(queued > 0 ? [slow] : []),
  ]
  await play(
    runs,
    scenes.filter(({ name }) => name.includes(values.only)),
  )
}

/** Each scene has an engine of its own; they take turns, so that all meet the same machine. */
async function play(runs: number, scenes: readonly Scene[]): Promise<void> {
  const bench = await openBench()
  const table = tableOf(['beside', 'arrived', 'p50 ms', 'p99', 'max', 'put back: mean', 'most', 'slow for s'])
  try {
    for (let run = 0; run < runs; run++)
      for (const { name, ...options } of scenes) table.push([name, ...rowOf(await playScene(bench, options))])
  } finally {
    await bench.close()
  }
  line(`\n${table.toString()}`)
}

function rowOf({ ms, putBacks, slowSeconds }: SceneFigures): (string | number)[] {
  const times = [0.5, 0.99, 1].map((share) => percentile(ms, share))
  if (putBacks.length === 0) return [ms.length, ...times, '', '', '']
  const mean = putBacks.reduce((sum, one) => sum + one, 0) / putBacks.length
  return [ms.length, ...times, mean.toFixed(1), percentile(putBacks, 1), Math.round(slowSeconds)]
}
