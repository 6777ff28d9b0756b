import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { parseAllDocuments } from 'yaml'
import { readConfig, SETTING_NAMES } from '../../src/config.js'
import {
  type ComposeService,
  composeFile,
  type Environment,
  imageEnvironment,
  textOf,
} from '../support/composeFiles.js'

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string }
}

interface Container {
  readonly env: readonly { readonly name: string; readonly value: string }[]
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[]
  readonly startupProbe: Probe
  readonly livenessProbe: Probe
  readonly readinessProbe: Probe
  readonly securityContext: object
}

interface Manifest {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly data?: Environment
  readonly stringData?: Environment
  readonly spec?: {
    readonly template?: {
      readonly spec: { readonly containers: readonly Container[]; readonly securityContext: object }
    }
  }
}

const ROOT = new URL('../../../', import.meta.url)

const isMillrace = ([, { image }]: [string, ComposeService]) => image.startsWith('millrace:')

/** Every name is a setting, and together they are a configuration that starts. */
function mustBeConfiguration(environment: Environment): void {
  const unknown = Object.keys(environment).filter((name) => !SETTING_NAMES.includes(name))
  assert.deepEqual(unknown, [])
  readConfig(
    Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, String(value ?? '')])),
  )
}

for (const path of ['docker-compose.yml', 'deploy/compose.production.yml']) {
  describe(path, () => {
    const services = Object.entries(composeFile(path).services)
    const ours = services.filter(isMillrace)

    it('runs an API and an engine, whose settings the configuration takes', () => {
      assert.deepEqual(
        ours.map(([name]) => name),
        ['api', 'engine'],
      )
      for (const [, { environment = {} }] of ours)
        mustBeConfiguration({ ...imageEnvironment(), ...environment })
    })

    it('asks every container for its health', () => {
      const without = services.filter(([, { healthcheck }]) => healthcheck === undefined)
      assert.deepEqual(without, [])
    })

    it('gives Millrace nothing that it does not need', () => {
      for (const [, service] of ours) {
        assert.equal(service.read_only, true)
        assert.deepEqual(service.cap_drop, ['ALL'])
        assert.deepEqual(service.security_opt, ['no-new-privileges:true'])
      }
    })
  })
}

describe('the manifests for Kubernetes', () => {
  const folder = 'deploy/kubernetes/'
  const manifests = readdirSync(new URL(folder, ROOT))
    .filter((file) => file.endsWith('.yaml') && file !== 'kustomization.yaml')
    .flatMap((file) =>
      parseAllDocuments(textOf(folder + file)).map((document) => document.toJS() as Manifest),
    )
  const shared = manifests.flatMap(({ data, stringData }) => [data ?? {}, stringData ?? {}])
  const deployments = manifests.filter(({ kind }) => kind === 'Deployment')
  const containers = deployments.flatMap(({ spec }) => spec?.template?.spec.containers ?? [])

  it('set what the configuration takes', () => {
    assert.equal(containers.length, 2)
    for (const { env } of containers) {
      const own = Object.fromEntries(env.map(({ name, value }) => [name, value]))
      mustBeConfiguration(Object.assign({}, imageEnvironment(), ...shared, own) as Environment)
    }
  })

  it('ask at the port where the image answers', () => {
    for (const { ports, startupProbe, livenessProbe, readinessProbe } of containers) {
      const operations = ports.find(({ name }) => name === 'operations')?.containerPort
      assert.equal(`${operations}`, imageEnvironment()['METRICS_PORT'])
      assert.deepEqual(startupProbe.httpGet, { path: '/health', port: 'operations' })
      assert.deepEqual(livenessProbe.httpGet, { path: '/health', port: 'operations' })
      assert.deepEqual(readinessProbe.httpGet, { path: '/ready', port: 'operations' })
    }
  })

  it('run as nobody, on a file system that cannot be written', () => {
    for (const { spec } of deployments) {
      assert.deepEqual(spec?.template?.spec.securityContext, {
        runAsNonRoot: true,
        runAsUser: 65532,
        runAsGroup: 65532,
        seccompProfile: { type: 'RuntimeDefault' },
      })
    }
    for (const { securityContext } of containers) {
      assert.deepEqual(securityContext, {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      })
    }
    assert.match(textOf('Dockerfile'), /^USER 65532:65532$/m)
  })
})
