import { readFile } from 'node:fs/promises'
import { beforeAll, expect, it } from 'vitest'
import type { Subject } from '../access/access.js'
import type { components } from '../client.js'
import { parseMetrics } from '../fixtures/parse-metrics.js'
import { demoDashboard, type TestDashboard } from '../fixtures/test-dashboard.js'
import type { DashboardOptions } from '../options.js'
import { formatMetrics } from './format-metrics.js'
import { METRICS } from './observe-metrics.js'

let demo: TestDashboard
beforeAll(async () => {
  demo = await demoDashboard()
})

it('the metrics say what the overview says, in the format of Prometheus', async () => {
  const response = await demo.get('/metrics')
  const metrics = parseMetrics(await response.text())
  const { tables } = (await (await demo.get('/overview')).json()) as components['schemas']['Overview']
  const of = (name: string, labels: Record<string, string>) =>
    metrics
      .find((metric) => metric.name === name)
      ?.samples.find((sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value))?.value
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  for (const { model, bytes, rows, detached, leaves, holds, runwayDays } of tables) {
    const states = ['retiring', 'history', 'current', 'ahead', 'other']
    const counted = states.reduce((sum, state) => sum + (of('partman_partitions', { model, state }) ?? Number.NaN), 0)
    expect([of('partman_table_bytes', { model }), of('partman_table_rows', { model }), of('partman_holds', { model })]).toEqual([
      bytes,
      rows,
      holds,
    ])
    expect([counted, of('partman_partitions', { model, state: 'detached' })]).toEqual([leaves, detached])
    const seconds = of('partman_runway_seconds', { model })
    expect(seconds === undefined ? null : Math.abs(seconds / 86_400 - (runwayDays ?? Number.NaN)) < 0.1).toBe(
      runwayDays === null ? null : true,
    )
  }
  expect(of('partman_default_rows', { model: 'Metric' })).toBe(500)
  expect(of('partman_last_run_failed', {})).toBe(1)
  expect(of('partman_last_run_age_seconds', {})).toBeGreaterThanOrEqual(0)
})

const TOTALS = {
  partman_runs_total: ['runs', 1],
  partman_failed_runs_total: ['failed_runs', 1],
  partman_cut_off_runs_total: ['cut_off_runs', 1],
  partman_run_seconds_total: ['run_ms', 1_000],
  partman_last_run_duration_seconds: ['last_run_ms', 1_000],
  partman_statements_total: ['statements', 1],
  partman_failed_steps_total: ['failed_steps', 1],
  partman_lock_retries_total: ['lock_retries', 1],
  partman_lock_wait_seconds_total: ['lock_wait_ms', 1_000],
} as const

it('what runs took is what the lease adds up', async () => {
  await demo.test.query('UPDATE partman.lease SET lock_retries = 7, lock_wait_ms = 1500, cut_off_runs = 2')
  const metrics = parseMetrics(await (await demo.get('/metrics')).text())
  const [lease = {}] = (await demo.test.query('SELECT * FROM partman.lease')).rows
  for (const [name, [column, unit]] of Object.entries(TOTALS)) {
    expect([name, metrics.find((metric) => metric.name === name)?.samples]).toEqual([
      name,
      [{ labels: {}, value: Number(lease[column]) / unit }],
    ])
  }
  expect(Number(lease['failed_steps'])).toBeGreaterThan(0)
})

it('the largest tenants are told of where that is asked for, and only those that somebody may see', async () => {
  const tenantsOf = async (options: Partial<DashboardOptions>) => {
    const request = new Request('http://partman.test/api/v1/metrics', { headers: { authorization: 'Bearer viewer' } })
    const metrics = parseMetrics(await (await demo.mount(options).fetch(request)).text())
    return metrics.find(({ name }) => name === 'partman_tenant_bytes')?.samples.map(({ labels }) => labels)
  }
  expect(await tenantsOf({})).toBeUndefined()
  expect(await tenantsOf({ metricTenants: 2 })).toEqual([
    { tenants: 'Project', tenant: 'acme' },
    { tenants: 'Project', tenant: 'globex' },
  ])
  const access = async () => ({
    user: 'x',
    role: 'viewer' as const,
    roleFor: ({ tenant }: Subject) => (tenant?.key === 'acme' ? ('none' as const) : ('viewer' as const)),
  })
  expect(await tenantsOf({ metricTenants: 2, access })).toMatchObject([{ tenant: 'globex' }, { tenant: 'initech' }])
  for (const metricTenants of [-1, 1.5, 201, Number.NaN]) {
    expect(() => demo.mount({ metricTenants })).toThrow(`metricTenants is ${metricTenants}: it has to be a whole number from 0 to 200`)
  }
})

it('what the extended client has counted is told by model', async () => {
  const counts = { pruned: 5, derived: 2, unpruned: 3, allowed: 1 }
  const dashboard = demo.mount({ pruningCounts: () => ({ Event: counts, Elsewhere: counts }) })
  const request = new Request('http://partman.test/api/v1/metrics', { headers: { authorization: 'Bearer viewer' } })
  const metrics = parseMetrics(await (await dashboard.fetch(request)).text())
  expect(metrics.find(({ name }) => name === 'partman_queries_total')?.samples).toEqual([
    { labels: { model: 'Event', pruning: 'pruned' }, value: 5 },
    { labels: { model: 'Event', pruning: 'unpruned' }, value: 3 },
    { labels: { model: 'Event', pruning: 'allowed' }, value: 1 },
  ])
})

it('the documentation has every metric, and no other', async () => {
  const page = await readFile(new URL('../../../../docs/metrics.md', import.meta.url), 'utf8')
  const told = [...page.matchAll(/^\| `(partman_\w+)`/gm)].map(([, name]) => name)
  expect(told).toEqual(METRICS.map(({ name }) => name))
})

it('whatever a table is called stays in its label', () => {
  const hostile = 'a"b\\c\n# TYPE x gauge\nx 1'
  const text = formatMetrics([
    { name: 'partman_x', help: 'Line\none \\ two', type: 'gauge', samples: [{ labels: { table: hostile }, value: 2 }] },
  ])
  expect(parseMetrics(text)).toEqual([{ name: 'partman_x', type: 'gauge', samples: [{ labels: { table: hostile }, value: 2 }] }])
})

it('nothing is told of runs, rather than zeros, where there was none', async () => {
  await demo.test.query('DELETE FROM partman.run; DELETE FROM partman.lease')
  const names = parseMetrics(await (await demo.get('/metrics')).text()).map(({ name }) => name)
  expect(names.filter((name) => name in TOTALS || name.includes('last_run'))).toEqual([])
  expect(names).toContain('partman_lease_held')
})
