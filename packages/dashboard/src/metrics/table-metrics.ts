import { describePartitions, type Partition, sameTable } from '@partman/core'
import { nominalDays } from '../queries/nominal-days.js'
import type { Metric, Observed, Sample } from './metric.js'

type Table = Observed['overview']['tables'][number]

const DAY_S = 86_400
const SEVERITIES = ['error', 'warning', 'info'] as const
/** What a partition that is attached is to its table; a retired one is `detached`. */
const ATTACHED = ['retiring', 'history', 'current', 'ahead', 'other'] as const

const labelsOf = ({ model, table }: Table) => ({ model, schema: table.schema, table: table.name })

function perTable(figure: (table: Table, observed: Observed) => number | null | undefined): Metric['samples'] {
  return (observed) =>
    observed.overview.tables.flatMap((table) => {
      const value = figure(table, observed)
      return value == null ? [] : [{ labels: labelsOf(table), value }]
    })
}

function countPartitions(table: Table, { overview, observation, dashboard }: Observed): Sample[] {
  const policy = dashboard.document.tables.find(({ model }) => model === table.model)
  const found = observation.state.tables.find((one) => sameTable(one, table.table))
  const partitions = policy && found ? describePartitions(policy, found, Date.parse(overview.now)) : []
  const count = (state: string) => partitions.filter(({ time, isLeaving }) => (isLeaving ? 'retiring' : time) === state).length
  const attached = ATTACHED.map((state) => ({ labels: { ...labelsOf(table), state }, value: count(state) }))
  return [...attached, { labels: { ...labelsOf(table), state: 'detached' }, value: table.detached }]
}

function countPending(partitions: readonly Partition[]): number {
  return partitions.reduce((sum, { detachPending, partitions: below }) => sum + Number(detachPending) + countPending(below), 0)
}

/** The figures of the tables. */
export const TABLE_METRICS: readonly Metric[] = [
  {
    name: 'partman_runway_seconds',
    help: 'Time until the series of windows of a table that ends first ends; negative once it has ended.',
    type: 'gauge',
    samples: perTable(({ runwayDays, until }, { overview }) =>
      runwayDays === null || until === null ? null : (Date.parse(until) - Date.parse(overview.now)) / 1_000,
    ),
  },
  {
    name: 'partman_runway_wanted_seconds',
    help: 'The runway that premake asks for, which a table has at the least right after a run.',
    type: 'gauge',
    samples: perTable(({ runwayDays, interval, premake }) =>
      runwayDays === null || interval === null || premake === null ? null : premake * nominalDays(interval) * DAY_S,
    ),
  },
  {
    name: 'partman_partitions',
    help: 'Partitions that hold rows, by what they are to their table, and retired ones in their grace period.',
    type: 'gauge',
    samples: (observed) => observed.overview.tables.flatMap((table) => countPartitions(table, observed)),
  },
  {
    name: 'partman_table_bytes',
    help: 'Size of all partitions of a table, with indexes, TOAST and retired partitions.',
    type: 'gauge',
    samples: perTable(({ bytes }) => bytes),
  },
  {
    name: 'partman_table_rows',
    help: 'Estimated rows of all partitions of a table; absent where nothing is known.',
    type: 'gauge',
    samples: perTable(({ rows }) => rows),
  },
  {
    name: 'partman_default_rows',
    help: 'Estimated rows in the DEFAULT partitions of a table.',
    type: 'gauge',
    samples: perTable(({ model }, { defaults }) => defaults.get(model)?.rows),
  },
  {
    name: 'partman_pending_detaches',
    help: 'Partitions whose concurrent detach was begun and has not ended.',
    type: 'gauge',
    samples: perTable((table, { observation }) => {
      const found = observation.state.tables.find((one) => sameTable(one, table.table))
      return found ? countPending(found.partitions) : null
    }),
  },
  {
    name: 'partman_tenants',
    help: 'Tenants that have partitions.',
    type: 'gauge',
    samples: perTable(({ tenants }) => tenants),
  },
  { name: 'partman_holds', help: 'Holds in force.', type: 'gauge', samples: perTable(({ holds }) => holds) },
  {
    name: 'partman_findings',
    help: 'Findings of the last run that looked at the table and left a report, by severity.',
    type: 'gauge',
    samples: ({ overview }) =>
      overview.tables.flatMap((table) =>
        SEVERITIES.map((severity) => ({ labels: { ...labelsOf(table), severity }, value: table.findings[severity] })),
      ),
  },
]
