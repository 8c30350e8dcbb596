import { execFile, execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { parser } from '@prometheus-io/lezer-promql'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { parseMetrics } from '../fixtures/parse-metrics.js'
import { demoDashboard, type TestDashboard } from '../fixtures/test-dashboard.js'
import { METRICS } from './observe-metrics.js'

let demo: TestDashboard
beforeAll(async () => {
  demo = await demoDashboard()
})

const RULES = fileURLToPath(new URL('../../monitoring/prometheus-rules.yml', import.meta.url))
const DASHBOARD = new URL('../../monitoring/grafana-dashboard.json', import.meta.url)

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string; readonly description: string }
}

interface Panel {
  readonly id: number
  readonly title: string
  readonly type: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[]
}

const rules = async () => (parse(await readFile(RULES, 'utf8')) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules)
const panels = async () => (JSON.parse(await readFile(DASHBOARD, 'utf8')) as { panels: Panel[] }).panels

/** The metrics that an expression asks for, with the labels that it names of each. Throws where it is no PromQL. */
function selectorsOf(expr: string): { name: string; labels: string[] }[] {
  const selectors: { name: string; labels: string[] }[] = []
  parser.parse(expr).iterate({
    enter({ type, from, to, node }) {
      if (type.isError) throw new Error(`no PromQL at ${from}: ${expr}`)
      if (type.name !== 'VectorSelector') return
      const text = expr.slice(from, to)
      const labels = node.getChild('LabelMatchers')
      selectors.push({
        name: /^\w+/.exec(text)?.[0] ?? '',
        labels: labels ? [...expr.slice(labels.from, labels.to).matchAll(/(\w+)=/g)].map(([, label]) => label!) : [],
      })
    },
  })
  return selectors
}

/** The labels of each metric, as they are really told. */
async function labelsByMetric(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const pruningCounts = () => ({ Event: { pruned: 1, derived: 1, unpruned: 1, allowed: 1 } })
  const request = new Request('http://partman.test/api/v1/metrics', { headers: { authorization: 'Bearer viewer' } })
  const text = await (await demo.mount({ metricTenants: 1, pruningCounts }).fetch(request)).text()
  return new Map(parseMetrics(text).map(({ name, samples }) => [name, new Set(samples.flatMap(({ labels }) => Object.keys(labels)))]))
}

it('every rule and every panel asks for metrics and labels that there are', async () => {
  const known = await labelsByMetric()
  expect([...known.keys()].sort()).toEqual(METRICS.map(({ name }) => name).sort())
  const asked = [...(await rules()).map(({ expr }) => expr), ...(await panels()).flatMap(({ targets }) => targets.map(({ expr }) => expr))]
  for (const expr of asked) {
    const selectors = selectorsOf(expr)
    expect(selectors.length).toBeGreaterThan(0)
    for (const { name, labels } of selectors) {
      const own = known.get(name)
      // An instance is a label that Prometheus adds.
      expect([expr, name, own !== undefined, labels.filter((label) => label !== 'instance' && !own?.has(label))]).toEqual([
        expr,
        name,
        true,
        [],
      ])
    }
  }
  expect(() => selectorsOf('rate(partman_runs_total[5m)')).toThrow('no PromQL')
})

it('what panels and rules write out of labels is there', async () => {
  const known = await labelsByMetric()
  const texts = [
    ...(await rules()).map(({ expr, annotations }) => [expr, ...annotations.summary.matchAll(/\$labels\.(\w+)/g)] as const),
    ...(await panels()).flatMap(({ targets }) =>
      targets.map(({ expr, legendFormat }) => [expr, ...legendFormat.matchAll(/\{\{(\w+)\}\}/g)] as const),
    ),
  ]
  for (const [expr, ...used] of texts) {
    const labels = selectorsOf(expr).flatMap(({ name }) => [...(known.get(name) ?? [])])
    for (const [, label] of used) expect([expr, labels]).toEqual([expr, expect.arrayContaining([label])])
  }
})

it('no two panels lie on each other, and every metric of a maintainer is on one', async () => {
  const all = await panels()
  const cells = all.flatMap(({ title, gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)} ${title}`),
  )
  expect(new Set(cells.map((cell) => cell.split(' ')[0])).size).toBe(cells.length)
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
  const shown = new Set(all.flatMap(({ targets }) => targets.flatMap(({ expr }) => selectorsOf(expr).map(({ name }) => name))))
  const counters = METRICS.filter(({ type }) => type === 'counter').map(({ name }) => name)
  expect(counters.filter((name) => !shown.has(name) && name !== 'partman_failed_steps_total')).toEqual([])
})

const hasPromtool = isInstalled('promtool')

describe.skipIf(!hasPromtool)('promtool', () => {
  it('finds nothing wrong with the rules', async () => {
    const { stdout } = await promisify(execFile)('promtool', ['check', 'rules', '--lint-fatal', RULES])
    expect(stdout).toContain(`SUCCESS: ${(await rules()).length} rules found`)
  })

  it('finds nothing wrong with the metrics', async () => {
    const text = await (await demo.get('/metrics')).text()
    const checked = execFileSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] })
    expect(checked).toBe('')
  })

  it('sees each rule fire when its time has come, and not before', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'partman-rules-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const file = join(folder, 'rules.test.json')
    // promtool reads YAML, and JSON is YAML.
    await writeFile(file, JSON.stringify({ rule_files: [RULES], evaluation_interval: '1m', tests: RULE_TESTS }))
    const { stdout } = await promisify(execFile)('promtool', ['test', 'rules', file])
    expect(stdout).toContain('SUCCESS')
    expect(Object.keys(FIRINGS).sort()).toEqual((await rules()).map(({ alert }) => alert).sort())
  })
})

interface Firing {
  /** In the notation of promtool: https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/#series */
  readonly series: Readonly<Record<string, string>>
  readonly quietAt: string
  readonly firesAt: string
}

const EVENT = '{model="Event"}'

/** For each rule, what happens minute by minute, when it is quiet still, and when it fires. */
const FIRINGS: Readonly<Record<string, Firing>> = {
  PartmanMetricsAbsent: { series: { partman_bookkeeping_installed: '1x10' }, quietAt: '20m', firesAt: '40m' },
  PartmanRunwayOver: { series: { [`partman_runway_seconds${EVENT}`]: '180-60x5' }, quietAt: '2m', firesAt: '4m' },
  PartmanRunwayShort: {
    series: { [`partman_runway_seconds${EVENT}`]: '500000-60x2000', [`partman_runway_wanted_seconds${EVENT}`]: '864000x2000' },
    quietAt: '19h',
    firesAt: '20h',
  },
  PartmanMaintainerUnseen: { series: { partman_last_run_age_seconds: '0+60x2000' }, quietAt: '24h', firesAt: '24h1m' },
  PartmanRunsFail: { series: { partman_failed_runs_total: '0x60 1 2 3 4 5x20' }, quietAt: '61m', firesAt: '70m' },
  PartmanRunsCutOff: { series: { partman_cut_off_runs_total: '0x10 1x10' }, quietAt: '10m', firesAt: '12m' },
  PartmanPendingDetach: { series: { [`partman_pending_detaches${EVENT}`]: '0 1x100' }, quietAt: '50m', firesAt: '62m' },
  PartmanDefaultRows: { series: { [`partman_default_rows${EVENT}`]: '0 3x100' }, quietAt: '10m', firesAt: '20m' },
  PartmanFindings: { series: { 'partman_findings{model="Event",severity="error"}': '0 1x100' }, quietAt: '10m', firesAt: '20m' },
  PartmanLockTrouble: {
    series: { partman_lock_wait_seconds_total: '0+30x200', partman_lock_retries_total: '0x200' },
    quietAt: '20m',
    firesAt: '60m',
  },
}

const RULE_TESTS = Object.entries(FIRINGS).map(([alertname, { series, quietAt, firesAt }]) => ({
  interval: '1m',
  input_series: Object.entries({ partman_bookkeeping_installed: '1x2000', ...series }).map(([name, values]) => ({ series: name, values })),
  promql_expr_test: [
    [quietAt, 0],
    [firesAt, 1],
  ].map(([eval_time, value]) => ({
    expr: `count(ALERTS{alertname="${alertname}",alertstate="firing"}) or vector(0)`,
    eval_time,
    exp_samples: [{ labels: '{}', value }],
  })),
}))

function isInstalled(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
