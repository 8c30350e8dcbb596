import type { z } from '@hono/zod-openapi'
import {
  describePartitions,
  formatTableName,
  type Measure,
  measureGroups,
  observeTenants,
  observeTree,
  type Partition,
  type Table,
  type TablePolicy,
  type TenantSettings,
  tenantsOf,
} from '@partman/core'
import { type Access, isAtLeast, roleFor } from '../access/access.js'
import { type Source, visibleTables } from '../api/context.js'
import type { Tenant, TenantRemoval } from '../api/schemas.js'
import { cutPage, type Page } from './cursor.js'
import { findRestorable } from './find-restorable.js'
import { observeRemovals } from './observe-removals.js'

export interface TenantsAsked {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly set?: string | undefined
  readonly sort: 'key' | 'bytes' | 'rows'
  readonly order: 'asc' | 'desc'
  readonly search?: string | undefined
}

interface KnownTenant {
  readonly set: string
  readonly key: string
  readonly settings: TenantSettings | undefined
  readonly oids: readonly string[]
  readonly withoutPartitions: readonly TablePolicy['table'][]
  readonly removal: z.input<typeof TenantRemoval> | null
}

/** Lists the tenants that somebody may see, those that were removed too, with what their partitions take. */
export async function listTenants(dashboard: Source, access: Access, asked: TenantsAsked): Promise<Page<z.input<typeof Tenant>>> {
  const known = await observeKnown(dashboard, access, asked.set)
  const measured = await measureTenants(dashboard, known)
  const chosen = measured.filter(
    ({ set, key }) =>
      isAtLeast(roleFor(access, { tenant: { set, key } }), 'viewer') &&
      (asked.search === undefined || key.toLowerCase().includes(asked.search.toLowerCase())),
  )
  const markOf = (tenant: z.input<typeof Tenant>) => ({ value: tenant[asked.sort], id: JSON.stringify([tenant.set, tenant.key]) })
  return cutPage(chosen, { name: `tenants ${asked.sort}`, order: asked.order, markOf }, asked)
}

/** One tenant; undefined where there is none. */
export async function findTenant(dashboard: Source, access: Access, set: string, key: string): Promise<z.input<typeof Tenant> | undefined> {
  const known = await observeKnown(dashboard, access, set)
  return (await measureTenants(dashboard, known)).find((tenant) => tenant.key === key)
}

async function observeKnown(dashboard: Source, access: Access, chosen: string | undefined): Promise<KnownTenant[]> {
  const { database, document } = dashboard
  const declared = visibleTables(dashboard, access)
  const observation = await observeTree(database, { ...document, tables: declared })
  const { tenants, settings, removed } = await observeTenants(database, document, observation)
  const { state, server } = observation
  const removals = removed.size === 0 ? [] : await observeRemovals(database, document)
  return document.tenantSets
    .filter(({ name }) => chosen === undefined || name === chosen)
    .flatMap(({ name }) => {
      const own = declared
        .filter(({ policy }) => tenantsOf(policy)?.tenants === name)
        .map((one) => ({ declared: one, leaves: leavesByTenant(one, state.tables, server.now) }))
      const present = (tenants.get(name) ?? []).map((key) => ({
        set: name,
        key,
        settings: settings.get(name)?.get(key),
        oids: own.flatMap(({ leaves }) => leaves.get(key) ?? []),
        withoutPartitions: own.filter(({ leaves }) => !leaves.has(key)).map(({ declared: { table } }) => table),
        removal: null,
      }))
      const gone = removals.flatMap(({ tenants: set, key, by, reason }) => {
        const removal = removed.get(name)?.get(key)
        if (set !== name || !removal) return []
        const tables = own.map(({ declared: { table } }) => table)
        const { oids, until } = findRestorable(state, tables, { set, key, removal, now: server.now })
        const told = { at: removal.removedAt, by, reason, restorableUntil: until }
        return [{ set, key, settings: settings.get(set)?.get(key), oids, withoutPartitions: [], removal: told }]
      })
      return [...present, ...gone]
    })
}

/** The oids of the leaves of each tenant, none for one whose partition has none below it. */
function leavesByTenant(declared: TablePolicy, tables: readonly Table[], now: number): ReadonlyMap<string, string[]> {
  const table = tables.find((one) => formatTableName(one) === formatTableName(declared.table))
  const leaves = new Map<string, string[]>(outermost(table?.partitions ?? []).map((key) => [key, []]))
  for (const { tenant, oid } of table ? describePartitions(declared, table, now) : []) {
    if (tenant === null || oid === null) continue
    const known = leaves.get(tenant)
    if (known) known.push(oid)
    else leaves.set(tenant, [oid])
  }
  return leaves
}

function outermost(partitions: readonly Partition[]): string[] {
  return partitions.flatMap(({ bound }) => (bound.kind === 'list' ? bound.values.filter((value) => value !== null) : []))
}

async function measureTenants({ database }: Source, known: readonly KnownTenant[]): Promise<z.input<typeof Tenant>[]> {
  const measures = await measureGroups(
    database,
    known.map(({ set, key, oids }) => ({ name: JSON.stringify([set, key]), oids })),
  )
  const measureOf = ({ set, key }: KnownTenant): Measure => measures.get(JSON.stringify([set, key])) ?? { bytes: 0, rows: null }
  const totals = new Map<string, number>()
  for (const tenant of known) totals.set(tenant.set, (totals.get(tenant.set) ?? 0) + measureOf(tenant).bytes)
  return known.map((tenant) => {
    const { bytes, rows } = measureOf(tenant)
    const total = totals.get(tenant.set) ?? 0
    return {
      set: tenant.set,
      key: tenant.key,
      removal: tenant.removal,
      partitions: tenant.removal ? (measures.get(JSON.stringify([tenant.set, tenant.key]))?.leaves ?? 0) : tenant.oids.length,
      bytes,
      rows,
      share: total === 0 ? 0 : bytes / total,
      withoutPartitions: tenant.withoutPartitions.map(({ schema, name }) => ({ schema, name })),
      settings: tenant.settings === undefined ? null : { ...tenant.settings },
    }
  })
}
