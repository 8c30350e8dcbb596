import type { BatchObservableCallback, Meter, Observable } from '@opentelemetry/api'
import { parseDocument } from '@partman/core'
import { METRICS, observeMetrics } from './metrics/observe-metrics.js'
import type { DashboardOptions } from './options.js'
import { limitReads, STATEMENT_TIMEOUT_MS } from './queries/limit-reads.js'

/** What a meter is to tell of: the tables of a document in a database, and, where that is given, what the extended client has counted. */
export type MeterOptions = Pick<DashboardOptions, 'document' | 'database' | 'logger' | 'pruningCounts' | 'metricTenants'>

/** The unit that the name of a metric ends with, as OpenTelemetry writes it: https://ucum.org */
const UNITS: readonly (readonly [suffix: string, unit: string])[] = [
  ['_seconds', 's'],
  ['_bytes', 'By'],
]

const SILENT = { info() {}, warn() {}, error() {} }

/**
 * Has a meter tell the metrics of the dashboard, whenever it is read: `partman_runway_seconds` is `partman.runway` with unit `s`. Exported to
 * Prometheus, they have the same names as there. Where the database does not answer, the logger is told, and nothing is observed.
 *
 * @returns what ends it
 * @throws PartmanError `DOCUMENT_INVALID`
 */
export function observeWithMeter(meter: Meter, options: MeterOptions): () => void {
  const document = parseDocument(options.document)
  const logger = options.logger ?? SILENT
  // Whoever has the meter is the application itself.
  const access = { user: 'meter', role: 'viewer' } as const
  const onTrouble = (err: unknown) => logger.warn({ err }, 'statement not cancelled')
  const database = limitReads(options.database, { atOnce: 1, timeoutMs: STATEMENT_TIMEOUT_MS, onTrouble })
  const dashboard = { document, database, options }
  let isObserving = false
  const instruments = new Map<string, Observable>(METRICS.map((metric) => [metric.name, createInstrument(meter, metric)]))
  const observe: BatchObservableCallback = async (result) => {
    // A database that is slow is not asked ever more.
    if (isObserving) return
    isObserving = true
    try {
      for (const { name, samples } of await observeMetrics(dashboard, access)) {
        const instrument = instruments.get(name)!
        for (const { value, labels } of samples) result.observe(instrument, value, labels)
      }
    } catch (err) {
      logger.error({ err }, 'metrics not observed')
    } finally {
      isObserving = false
    }
  }
  const observables = [...instruments.values()]
  meter.addBatchObservableCallback(observe, observables)
  return () => meter.removeBatchObservableCallback(observe, observables)
}

function createInstrument(meter: Meter, { name, help, type }: (typeof METRICS)[number]): Observable {
  const counted = name.replace(/_total$/, '')
  const [suffix = '', unit = '1'] = UNITS.find(([ending]) => counted.endsWith(ending)) ?? []
  const named = counted.slice(0, counted.length - suffix.length).replace('_', '.')
  const described = { description: help, unit }
  return type === 'counter' ? meter.createObservableCounter(named, described) : meter.createObservableGauge(named, described)
}
