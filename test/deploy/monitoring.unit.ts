import assert from 'node:assert/strict'
import { join, posix } from 'node:path'
import { parse } from 'yaml'
import { type ComposeService, composeFile, imageEnvironment, textOf } from '../support/composeFiles.js'

interface PrometheusConfig {
  readonly global: { readonly scrape_interval: string }
  readonly rule_files: readonly string[]
  readonly scrape_configs: readonly {
    readonly job_name: string
    readonly dns_sd_configs: readonly {
      readonly names: readonly string[]
      readonly type: string
      readonly port: number
    }[]
  }[]
}

interface DataSources {
  readonly datasources: readonly {
    readonly type: string
    readonly url: string
    readonly jsonData: { readonly timeInterval: string }
  }[]
}

interface Dashboard {
  readonly uid: string
  readonly templating: { readonly list: readonly Readonly<Record<'name' | 'type' | 'query', string>>[] }
  readonly panels: readonly { readonly type: string; readonly datasource?: object }[]
}

const FOLDER = 'deploy'
const { services } = composeFile('deploy/compose.monitoring.yml')
const prometheus = services['prometheus'] as ComposeService
const grafana = services['grafana'] as ComposeService

/** Where a path inside a container is in the repository; undefined where nothing of it is mounted there. */
function mounted({ volumes = [] }: ComposeService, inside: string): string | undefined {
  for (const [source = '', target = ''] of volumes.map((volume) => volume.split(':'))) {
    if (source.startsWith('.') && `${inside}/`.startsWith(`${target}/`))
      return join(FOLDER, source, posix.relative(target, inside))
  }
  return undefined
}

function mountedText(service: ComposeService, inside: string): string {
  const path = mounted(service, inside)
  assert.ok(path !== undefined, `nothing is mounted at ${inside}`)
  return textOf(path)
}

const flag = (name: string): string =>
  prometheus.command?.find((argument) => argument.startsWith(`--${name}=`))?.split('=')[1] ?? ''
const configPath = flag('config.file')
const config = parse(mountedText(prometheus, configPath)) as PrometheusConfig
const provisioning = '/etc/grafana/provisioning'
const sources = parse(mountedText(grafana, `${provisioning}/datasources/prometheus.yml`)) as DataSources

for (const path of ['docker-compose.yml', 'deploy/compose.production.yml']) {
  describe(`monitoring in ${path}`, () => {
    const file = composeFile(path)
    const ours = ['prometheus', 'grafana'].map((name) => file.services[name] as ComposeService)

    it('is there when it is asked for, and published on the loopback only', () => {
      for (const { profiles, ports = [], healthcheck } of ours) {
        assert.deepEqual(profiles, ['monitoring'])
        assert.ok(ports.length === 1 && ports[0]?.startsWith('127.0.0.1:'))
        assert.ok(healthcheck !== undefined)
      }
    })

    it('has the volumes and networks that it names', () => {
      for (const { volumes = [], networks = [] } of ours) {
        const named = volumes.map((volume) => volume.split(':')[0] ?? '').filter((name) => /^\w/.test(name))
        assert.ok(named.length > 0 && named.every((name) => name in (file.volumes ?? {})))
        assert.ok(networks.every((name) => name in (file.networks ?? {})))
      }
    })

    it('reaches what it scrapes, and Grafana reaches it', () => {
      const networks = (name: string) => file.services[name]?.networks ?? ['default']
      const scraped = config.scrape_configs.flatMap((job) => job.dns_sd_configs[0]?.names ?? [])
      for (const name of [...scraped, 'grafana'])
        assert.ok(
          networks(name).some((network) => networks('prometheus').includes(network)),
          name,
        )
    })
  })
}

describe('the settings of Prometheus', () => {
  it('name rules that are mounted beside them', () => {
    assert.ok(config.rule_files.length > 0)
    for (const file of config.rule_files) mountedText(prometheus, posix.join(configPath, '..', file))
  })

  it('find api and engine, at the port where the image answers, under the job that the alerts ask for', () => {
    const [job, ...others] = config.scrape_configs
    assert.deepEqual(others, [])
    assert.equal(job?.job_name, 'millrace')
    const [{ names, type, port }] = job.dns_sd_configs as [
      PrometheusConfig['scrape_configs'][0]['dns_sd_configs'][0],
    ]
    assert.deepEqual([names, type, `${port}`], [['api', 'engine'], 'A', imageEnvironment()['METRICS_PORT']])
    const asked = textOf('deploy/prometheus/alerts.yml').matchAll(/job="(\w+)"/g)
    assert.deepEqual([...new Set([...asked].map(([, name]) => name))], ['millrace'])
  })

  it('keep what was scraped in the volume', () => {
    assert.ok(prometheus.volumes?.includes(`prometheus:${flag('storage.tsdb.path')}`))
  })
})

describe('the settings of Grafana', () => {
  const environment = grafana.environment ?? {}
  const { providers } = parse(mountedText(grafana, `${provisioning}/dashboards/millrace.yml`)) as {
    readonly providers: readonly { readonly options: { readonly path: string } }[]
  }
  const home = environment['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH'] ?? ''
  const dashboard = JSON.parse(mountedText(grafana, home)) as Dashboard

  it('lead to Prometheus, which is asked as often as it scrapes', () => {
    const [source, ...others] = sources.datasources
    assert.deepEqual(others, [])
    assert.deepEqual([source?.type, source?.url], ['prometheus', 'http://prometheus:9090'])
    assert.equal(source?.jsonData.timeInterval, config.global.scrape_interval)
  })

  it('show the dashboard first, from the folder that is watched', () => {
    assert.deepEqual(
      providers.map(({ options }) => options.path),
      [posix.dirname(home)],
    )
    assert.equal(dashboard.uid, 'millrace')
  })

  it('let anybody look and nobody change without a login', () => {
    assert.equal(environment['GF_AUTH_ANONYMOUS_ENABLED'], 'true')
    assert.equal(environment['GF_AUTH_ANONYMOUS_ORG_ROLE'], 'Viewer')
  })

  it('need no choice of a data source: every panel takes the variable, whose first value is Prometheus', () => {
    const [variable, ...others] = dashboard.templating.list
    assert.deepEqual(others, [])
    assert.deepEqual([variable?.type, variable?.query], ['datasource', sources.datasources[0]?.type])
    const panels = dashboard.panels.filter(({ type }) => type !== 'row')
    assert.ok(panels.length > 0)
    for (const { datasource } of panels)
      assert.deepEqual(datasource, { type: variable?.query, uid: `\${${variable?.name}}` })
  })
})
