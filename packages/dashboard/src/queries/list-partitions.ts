import type { z } from '@hono/zod-openapi'
import { measureRelations, policyLevels, type RelationMeasure, type TablePolicy, tenantsOf } from '@partman/core'
import { type Access, isAtLeast, roleFor } from '../access/access.js'
import type { Dashboard } from '../api/context.js'
import type { Partition } from '../api/schemas.js'
import { cutPage, type Mark, type Page } from './cursor.js'
import { observeTable, type PlacedPartition, type StateOfPartition } from './observe-table.js'

export interface PartitionsAsked {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly sort: 'bound' | 'bytes' | 'rows' | 'scans'
  readonly order: 'asc' | 'desc'
  readonly state?: StateOfPartition | undefined
  readonly tenant?: string | undefined
  readonly search?: string | undefined
}

/** Lists partitions of a table. What is not sorted by a measure is measured for one page only. */
export async function listPartitions(
  dashboard: Dashboard,
  access: Access,
  declared: TablePolicy,
  asked: PartitionsAsked,
): Promise<Page<z.input<typeof Partition>>> {
  const { observation, partitions } = await observeTable(dashboard, declared)
  const chosen = partitions.filter((partition) => isChosen(partition, asked) && isVisible(access, declared, partition.tenant))
  const { sort, order } = asked
  const measure = (some: readonly PlacedPartition[]) =>
    measureRelations(
      dashboard.database,
      some.flatMap(({ oid }) => oid ?? []),
      observation.server.version,
    )
  const all = sort === 'bound' ? new Map<string, RelationMeasure>() : await measure(chosen)
  const markOf = (partition: PlacedPartition): Mark => ({ value: sortedBy(partition, sort, all), id: idOf(partition) })
  const page = cutPage(chosen, { name: `partitions ${sort}`, order, markOf }, asked)
  const measures = sort === 'bound' ? await measure(page.items) : all
  return { ...page, items: page.items.map((partition) => describe(partition, measures)) }
}

function isVisible(access: Access, { policy }: TablePolicy, tenant: string | null): boolean {
  const set = policyLevels(policy).flatMap((level) => tenantsOf(level)?.tenants ?? [])[0]
  return tenant === null || set === undefined || isAtLeast(roleFor(access, { tenant: { set, key: tenant } }), 'viewer')
}

function isChosen({ state, tenant, bound, name }: PlacedPartition, asked: PartitionsAsked): boolean {
  const text = asked.search?.toLowerCase()
  return (
    (asked.state === undefined || state === asked.state) &&
    (asked.tenant === undefined || tenant === asked.tenant) &&
    (text === undefined || [name, tenant ?? '', bound].some((one) => one.toLowerCase().includes(text)))
  )
}

/** Sorts as text as it does as a number: places on an axis are too large for a number. */
function sortable(position: bigint): string {
  return (position + 10n ** 39n).toString().padStart(41, '0')
}

function sortedBy(
  { position, oid }: PlacedPartition,
  sort: PartitionsAsked['sort'],
  measures: ReadonlyMap<string, RelationMeasure>,
): Mark['value'] {
  if (sort === 'bound') return position === null ? null : sortable(position)
  const measure = oid === null ? undefined : measures.get(oid)
  // What is not there takes nothing.
  return measure?.[sort] ?? (sort === 'bytes' ? 0 : null)
}

/** One that is missing has no oid; no other has its tenant and bound. */
function idOf({ tenant, name, oid }: PlacedPartition): string {
  return JSON.stringify([tenant ?? '', name, oid])
}

function describe(partition: PlacedPartition, measures: ReadonlyMap<string, RelationMeasure>): z.input<typeof Partition> {
  const { schema, name, tenant, bound, from, to, state, retiredAt, held, oid } = partition
  const measure = oid === null ? undefined : measures.get(oid)
  return {
    schema,
    name,
    tenant,
    bound,
    from,
    to,
    state,
    bytes: measure?.bytes ?? 0,
    rows: measure?.rows ?? null,
    scans: measure?.scans ?? null,
    lastScanAt: measure?.lastScanAt ?? null,
    retiredAt,
    held,
  }
}
