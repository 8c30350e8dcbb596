import type { z } from '@hono/zod-openapi'
import {
  describeRetention,
  type Finding as FoundFinding,
  formatTableName,
  holdsInForce,
  type Measure,
  measureGroups,
  type Observation,
  observeTree,
  type Partition,
  policyLevels,
  type SizeSource,
  type Table,
  type TablePolicy,
  type TableStatus,
  tableStatuses,
} from '@partman/core'
import type { Source } from '../api/context.js'
import type { Finding, Overview, TableSummary } from '../api/schemas.js'
import { assessHealth } from './assess-health.js'
import { formatServerVersion } from './format-server-version.js'
import { type Bookkeeping, observeBookkeeping } from './observe-bookkeeping.js'

const DAY_MS = 86_400_000

/** The overview, and what metrics tell beyond it. */
export interface ObservedOverview {
  readonly overview: z.input<typeof Overview>
  readonly observation: Observation
  readonly bookkeeping: Bookkeeping
  /** Of the DEFAULT partitions of each model that has any. */
  readonly defaults: ReadonlyMap<string, Measure>
}

/** Observes the tables in a few figures: three statements, whatever the number of partitions. */
export async function observeOverview(
  { database, document }: Source,
  tables: readonly TablePolicy[],
  sizeSource: SizeSource = 'measured',
): Promise<ObservedOverview> {
  const observation = await observeTree(database, { ...document, tables })
  const bookkeeping = await observeBookkeeping(
    database,
    document.partitionSchema,
    observation,
    tables.map(({ model }) => model),
  )
  const { server, state } = observation
  const holdsOf = ({ table }: TablePolicy) => holdsInForce(bookkeeping.holds.get(formatTableName(table)) ?? [], server.now)
  const statuses = tableStatuses(
    tables.map((policy) => ({ policy, holds: holdsOf(policy) })),
    state,
  )
  const defaults = state.tables.flatMap((table) => defaultsOf(table, statuses))
  const groups = [
    ...statuses.map(({ model, table, detached }) => ({
      name: `all ${model}`,
      oids: [...rootsOf(state.tables, table), ...detached.map(({ oid }) => oid)],
    })),
    ...defaults.map(({ model, oids }) => ({ name: `default ${model}`, oids })),
  ]
  const sizes = await measureGroups(database, groups, sizeSource)
  const findings = bookkeeping.findings.map(describeFinding)
  const summaries = statuses.map((status, index) =>
    summarise(tables[index]!, status, sizes.get(`all ${status.model}`), findings, server.now),
  )
  return {
    observation,
    bookkeeping,
    defaults: new Map(defaults.map(({ model }) => [model, sizes.get(`default ${model}`) ?? { bytes: 0, rows: 0 }])),
    overview: {
      now: new Date(server.now).toISOString(),
      server: formatServerVersion(server.version),
      hasBookkeeping: observation.bookkeepingVersion !== null,
      lease: bookkeeping.lease,
      health: assessHealth(summaries, findings, observation, bookkeeping),
      tables: summaries,
      findings,
    },
  }
}

function rootsOf(tables: readonly Table[], name: { readonly schema: string; readonly name: string }): string[] {
  return tables.flatMap((table) => (formatTableName(table) === formatTableName(name) && table.oid !== null ? [table.oid] : []))
}

function defaultsOf(table: Table, statuses: readonly TableStatus[]): { readonly model: string; readonly oids: readonly string[] }[] {
  const oids: string[] = []
  const visit = (partitions: readonly Partition[]): void => {
    for (const { bound, oid, partitions: below } of partitions) {
      if (bound.kind === 'default' && oid !== null) oids.push(oid)
      else visit(below)
    }
  }
  visit(table.partitions)
  const model = statuses.find((one) => formatTableName(one.table) === formatTableName(table))?.model
  return model === undefined || oids.length === 0 ? [] : [{ model, oids }]
}

/** A finding as the API tells it. */
export function describeFinding({ code, severity, model, table, declaredAt, message, nextStep }: FoundFinding): z.input<typeof Finding> {
  return { code, severity, model, table: { schema: table.schema, name: table.name }, declaredAt, message, nextStep }
}

export function summarise(
  declared: TablePolicy,
  status: TableStatus,
  size: Measure | undefined,
  findings: readonly z.input<typeof Finding>[],
  now: number,
): z.input<typeof TableSummary> {
  const windows = policyLevels(declared.policy).find((level) => level.kind === 'range' || level.kind === 'number-range')
  const until = windows?.kind === 'range' && status.until !== null ? Date.parse(status.until) : null
  const count = (severity: FoundFinding['severity']) =>
    findings.filter((finding) => finding.model === declared.model && finding.severity === severity).length
  return {
    model: status.model,
    table: { schema: status.table.schema, name: status.table.name },
    state: status.state,
    levels: status.levels.map(({ kind, method, columns }) => ({ kind, method: method.toUpperCase(), columns: [...columns] })),
    interval: windows?.interval ?? null,
    premake: windows?.premake ?? null,
    retention: windows?.retention ? describeRetention(windows.retention) : null,
    tenants: status.tenants,
    leaves: status.leaves,
    detached: status.detached.length,
    bytes: size?.bytes ?? 0,
    rows: size?.rows ?? null,
    from: status.from,
    until: status.until,
    runwayDays: until === null ? null : Math.round(((until - now) / DAY_MS) * 100) / 100,
    nextRetirement: status.nextRetirement,
    holds: status.holds,
    findings: { error: count('error'), warning: count('warning'), info: count('info') },
  }
}
