import { expect, it } from 'vitest'
import type { components } from '../client.js'
import { parseMetrics } from '../fixtures/parse-metrics.js'
import { demoDashboard } from '../fixtures/test-dashboard.js'
import { formatMetrics } from './format-metrics.js'

it('the metrics say what the overview says, in the format of Prometheus', async () => {
  const demo = await demoDashboard()
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
  expect(of('partman_last_report_failed', {})).toBe(1)
  expect(of('partman_last_run_age_seconds', {})).toBeGreaterThanOrEqual(0)
})

it('whatever a table is called stays in its label', () => {
  const hostile = 'a"b\\c\n# TYPE x gauge\nx 1'
  const text = formatMetrics([{ name: 'partman_x', help: 'Line\none \\ two', samples: [{ labels: { table: hostile }, value: 2 }] }])
  expect(parseMetrics(text)).toEqual([{ name: 'partman_x', type: 'gauge', samples: [{ labels: { table: hostile }, value: 2 }] }])
})
