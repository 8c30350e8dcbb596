import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { beforeAll, expect, it, onTestFinished } from 'vitest'
import { parseMetrics } from './fixtures/parse-metrics.js'
import { demoDashboard, type TestDashboard } from './fixtures/test-dashboard.js'
import { observeWithMeter } from './opentelemetry.js'

let demo: TestDashboard
beforeAll(async () => {
  demo = await demoDashboard()
})

function metering() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
  const provider = new MeterProvider({ readers: [reader] })
  onTestFinished(() => provider.shutdown())
  const read = async () => {
    exporter.reset()
    await provider.forceFlush()
    return exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
  }
  return { meter: provider.getMeter('partman'), read }
}

/** Names as an exporter to Prometheus makes them. */
function prometheusName({ name, unit }: { readonly name: string; readonly unit: string }, isCounter: boolean): string {
  const suffix = { s: '_seconds', By: '_bytes' }[unit] ?? ''
  return `${name.replaceAll('.', '_')}${suffix}${isCounter ? '_total' : ''}`
}

it('a meter tells what Prometheus is told, by the same names', async () => {
  const pruningCounts = () => ({ Event: { pruned: 5, derived: 0, unpruned: 3, allowed: 0 } })
  const { meter, read } = metering()
  observeWithMeter(meter, { document: demo.document, database: demo.database, pruningCounts, metricTenants: 3 })
  const observed = new Map(
    (await read()).map(({ descriptor, dataPoints, ...data }) => [
      prometheusName(descriptor, 'isMonotonic' in data && data.isMonotonic === true),
      dataPoints.map(({ attributes, value }) => ({ labels: attributes, value })),
    ]),
  )
  const request = new Request('http://partman.test/api/v1/metrics', { headers: { authorization: 'Bearer viewer' } })
  const scraped = await demo.mount({ pruningCounts, metricTenants: 3 }).fetch(request)
  const passing = /^partman_(runway|last_run_age)_seconds$/
  for (const { name, samples } of parseMetrics(await scraped.text())) {
    const own = observed.get(name)
    expect([name, own?.map(({ labels }) => labels)]).toEqual([name, samples.map(({ labels }) => labels)])
    if (!passing.test(name)) expect([name, own]).toEqual([name, samples])
  }
})

it('a database that does not answer is told to the logger, and the meter goes on', async () => {
  const errors: string[] = []
  const logger = { info() {}, warn() {}, error: (_: object, message: string) => void errors.push(message) }
  let isDown = true
  const database = {
    query: ((statement, values) =>
      isDown ? Promise.reject(new Error('down')) : demo.database.query(statement, values)) as typeof demo.database.query,
  }
  const { meter, read } = metering()
  const stop = observeWithMeter(meter, { document: demo.document, database, logger })
  expect([(await read()).flatMap(({ dataPoints }) => dataPoints as readonly unknown[]), errors]).toEqual([[], ['metrics not observed']])
  isDown = false
  expect((await read()).length).toBeGreaterThan(10)
  stop()
  isDown = true
  await read()
  expect(errors).toHaveLength(1)
})
