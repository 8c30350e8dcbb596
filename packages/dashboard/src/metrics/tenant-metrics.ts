import { listTenants } from '../queries/list-tenants.js'
import type { Metric } from './metric.js'

/** The largest tenants, where the dashboard is to tell of any: each is a series of its own in whatever keeps the metrics. */
export const TENANT_METRICS: readonly Metric[] = [
  {
    name: 'partman_tenant_bytes',
    help: 'Size of the partitions of the largest tenants, with indexes and TOAST.',
    type: 'gauge',
    samples: async ({ dashboard, access }) => {
      const { metricTenants: limit = 0 } = dashboard.options
      if (limit === 0) return []
      const { items } = await listTenants(dashboard, access, { limit, sort: 'bytes', order: 'desc' })
      return items.map(({ set, key, bytes }) => ({ labels: { tenants: set, tenant: key }, value: bytes }))
    },
  },
]
