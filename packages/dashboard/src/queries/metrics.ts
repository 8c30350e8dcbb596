import { describePartitions, type TablePolicy } from '@partman/core'
import type { Dashboard } from '../api/context.js'
import { formatMetrics, type Metric, type Sample } from './format-metrics.js'
import { type ObservedOverview, observeOverview } from './overview.js'

/** The figures of the overview in the text format of Prometheus, by the statements of the overview. */
export async function observeMetrics(dashboard: Dashboard, tables: readonly TablePolicy[]): Promise<string> {
  return formatMetrics(metricsOf(await observeOverview(dashboard, tables), tables))
}

type Table = ObservedOverview['overview']['tables'][number]

function metricsOf({ overview, observation, bookkeeping, defaults }: ObservedOverview, declared: readonly TablePolicy[]): Metric[] {
  const now = Date.parse(overview.now)
  const labels = ({ model, table }: Table) => ({ model, schema: table.schema, table: table.name })
  const perTable = (figure: (table: Table) => number | null): Sample[] =>
    overview.tables.flatMap((table) => {
      const value = figure(table)
      return value === null ? [] : [{ labels: labels(table), value }]
    })
  const { lease, lastRun } = bookkeeping
  const lastRunAt = lease.lastRunAt === null ? [] : [Date.parse(lease.lastRunAt)]
  return [
    {
      name: 'partman_runway_seconds',
      help: 'Time until the series of windows of a table that ends first ends; negative once it has ended.',
      samples: overview.tables.flatMap((table) =>
        table.runwayDays === null || table.until === null ? [] : [{ labels: labels(table), value: (Date.parse(table.until) - now) / 1000 }],
      ),
    },
    {
      name: 'partman_partitions',
      help: 'Partitions that hold rows, by what they are to their table, and retired ones in their grace period.',
      samples: overview.tables.flatMap((table) => {
        const policy = declared.find(({ model }) => model === table.model)
        const found = observation.state.tables.find(({ schema, name }) => schema === table.table.schema && name === table.table.name)
        const partitions = policy && found ? describePartitions(policy, found, now) : []
        const count = (state: string) => partitions.filter(({ time, isLeaving }) => (isLeaving ? 'retiring' : time) === state).length
        const states = ['retiring', 'history', 'current', 'ahead', 'other'].map((state) => [state, count(state)] as const)
        return [...states, ['detached', table.detached] as const].map(([state, value]) => ({ labels: { ...labels(table), state }, value }))
      }),
    },
    {
      name: 'partman_table_bytes',
      help: 'Size of all partitions of a table, with indexes, TOAST and retired partitions.',
      samples: perTable(({ bytes }) => bytes),
    },
    {
      name: 'partman_table_rows',
      help: 'Estimated rows of all partitions of a table; absent where nothing is known.',
      samples: perTable(({ rows }) => rows),
    },
    {
      name: 'partman_default_rows',
      help: 'Estimated rows in the DEFAULT partitions of a table.',
      samples: overview.tables.flatMap((table) => {
        const rows = defaults.get(table.model)?.rows
        return rows == null ? [] : [{ labels: labels(table), value: rows }]
      }),
    },
    { name: 'partman_tenants', help: 'Tenants that have partitions.', samples: perTable(({ tenants }) => tenants) },
    { name: 'partman_holds', help: 'Holds in force.', samples: perTable(({ holds }) => holds) },
    {
      name: 'partman_findings',
      help: 'Findings of the last run that left a report, by severity.',
      samples: overview.tables.flatMap((table) =>
        (['error', 'warning', 'info'] as const).map((severity) => ({
          labels: { ...labels(table), severity },
          value: table.findings[severity],
        })),
      ),
    },
    {
      name: 'partman_bookkeeping_installed',
      help: 'Whether the database has the schema partman.',
      samples: [{ labels: {}, value: Number(overview.hasBookkeeping) }],
    },
    {
      name: 'partman_lease_held',
      help: 'Whether a maintainer is at work.',
      samples: [{ labels: {}, value: Number(lease.holder !== null) }],
    },
    {
      name: 'partman_last_run_timestamp_seconds',
      help: 'When the last run of the maintainer ended; absent where there was none.',
      samples: lastRunAt.map((instant) => ({ labels: {}, value: instant / 1000 })),
    },
    {
      name: 'partman_last_run_age_seconds',
      help: 'How long ago that was, by the clock of the database.',
      samples: lastRunAt.map((instant) => ({ labels: {}, value: (now - instant) / 1000 })),
    },
    {
      name: 'partman_last_report_failed',
      help: 'Whether the last run that left a report failed; absent where there was none.',
      samples: lastRun ? [{ labels: {}, value: Number(lastRun.outcome === 'failed') }] : [],
    },
  ]
}
