import assert from 'node:assert/strict'
import { parser } from '@prometheus-io/lezer-promql'
import { parse } from 'yaml'
import { createAnnouncer } from '../../src/events.js'
import { createMetrics } from '../../src/metrics.js'
import { textOf } from '../support/composeFiles.js'

interface Dashboard {
  readonly panels: readonly {
    readonly title: string
    readonly targets?: readonly { readonly expr: string }[]
    readonly gridPos: Readonly<Record<'x' | 'y' | 'w' | 'h', number>>
  }[]
}

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string; readonly action: string }
}

const dashboard = JSON.parse(textOf('deploy/grafana/dashboards/millrace.json')) as Dashboard
const { groups } = parse(textOf('deploy/prometheus/alerts.yml')) as {
  groups: readonly { readonly rules: readonly Rule[] }[]
}
const rules = groups.flatMap((group) => group.rules)

/** Grafana puts a time in before Prometheus sees the expression. */
const withTimes = (expr: string) => expr.replaceAll('$__rate_interval', '5m')

/** Names of metrics in an expression; throws where it is not PromQL. */
function metricsIn(expr: string): string[] {
  const names: string[] = []
  parser.parse(expr).iterate({
    enter: (node) => {
      assert.ok(!node.type.isError, `not PromQL at ${node.from}: ${expr}`)
      if (node.name === 'VectorSelector') {
        const identifier = node.node.getChild('Identifier')
        if (identifier !== null) names.push(expr.slice(identifier.from, identifier.to))
      }
    },
  })
  return names
}

/** Every name that a scrape shows, and what Prometheus adds. */
function shownNames(): Set<string> {
  const names = createMetrics(createAnnouncer())
    .getMetricsAsArray()
    .flatMap(({ name, type }) =>
      String(type) === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    )
  return new Set([...names, 'up', 'ALERTS'])
}

describe('the dashboard and the alert rules', () => {
  const shown = shownNames()
  const expressions = [
    ...dashboard.panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr }) => [`panel ${title}`, withTimes(expr)] as const),
    ),
    ...rules.map(({ alert, expr }) => [`alert ${alert}`, expr] as const),
  ]

  for (const [where, expr] of expressions) {
    it(`${where}: ${expr.slice(0, 60)} names only what /metrics shows`, () => {
      const names = metricsIn(expr)
      assert.ok(names.length > 0)
      assert.deepEqual(
        names.filter((name) => !shown.has(name)),
        [],
      )
    })
  }

  it('are refused where they are not PromQL', () => {
    assert.throws(() => metricsIn('sum(rate(millrace_events_total[5m])'))
  })

  it('say of every alert how grave it is and what to do', () => {
    for (const { alert, labels, annotations } of rules) {
      assert.match(alert, /^Millrace[A-Z]/)
      assert.ok(['warning', 'critical'].includes(labels.severity), alert)
      assert.ok(annotations.summary.length > 10 && annotations.action.length > 10, alert)
    }
  })

  it('show every figure of ours somewhere', () => {
    const used = new Set(expressions.flatMap(([, expr]) => metricsIn(expr)))
    const bases = [...shown].filter((name) => name.startsWith('millrace_') && !/_(sum|count)$/.test(name))
    assert.deepEqual(
      bases.filter((name) => !used.has(name)),
      ['millrace_messages_total', 'millrace_executions_trimmed_total'],
    )
  })

  it('fill the width of the screen without overlaps', () => {
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    )
    assert.equal(new Set(cells).size, cells.length)
    for (const { gridPos, title } of dashboard.panels) assert.ok(gridPos.x + gridPos.w <= 24, title)
  })
})
