import type { Access } from '../access/access.js'
import { visibleTables } from '../api/context.js'
import { observeOverview } from '../queries/overview.js'
import { CLIENT_METRICS } from './client-metrics.js'
import type { MeteredDashboard, Metric, SampledMetric } from './metric.js'
import { RUN_METRICS } from './run-metrics.js'
import { TABLE_METRICS } from './table-metrics.js'
import { TENANT_METRICS } from './tenant-metrics.js'

/** All there are. */
export const METRICS: readonly Metric[] = [...TABLE_METRICS, ...TENANT_METRICS, ...RUN_METRICS, ...CLIENT_METRICS]

/** Takes a sample of every metric that somebody may see, by the statements of the overview; those of tenants take a few more. */
export async function observeMetrics(dashboard: MeteredDashboard, access: Access): Promise<SampledMetric[]> {
  const observed = { ...(await observeOverview(dashboard, visibleTables(dashboard, access))), dashboard, access }
  return Promise.all(METRICS.map(async (metric) => ({ ...metric, samples: await metric.samples(observed) })))
}
