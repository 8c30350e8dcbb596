import type { Access } from '../access/access.js'
import type { Source } from '../api/context.js'
import type { DashboardOptions } from '../options.js'
import type { ObservedOverview } from '../queries/overview.js'

/** One value of a metric. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** What is observed, and what else is told. */
export interface MeteredDashboard extends Source {
  readonly options: Pick<DashboardOptions, 'pruningCounts' | 'metricTenants'>
}

/** What samples are taken of. */
export interface Observed extends ObservedOverview {
  readonly dashboard: MeteredDashboard
  readonly access: Access
}

/** A metric, in the words of Prometheus: https://prometheus.io/docs/practices/naming/ */
export interface Metric {
  readonly name: string
  readonly help: string
  readonly type: 'gauge' | 'counter'
  /** None where nothing is known. */
  readonly samples: (observed: Observed) => readonly Sample[] | Promise<readonly Sample[]>
}

/** A metric with the samples that were taken. */
export interface SampledMetric extends Omit<Metric, 'samples'> {
  readonly samples: readonly Sample[]
}

/** The samples of a figure that is one for all. */
export function single(value: number | null | undefined): Sample[] {
  return value == null ? [] : [{ labels: {}, value }]
}
