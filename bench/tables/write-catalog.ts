import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const DAY_MS = 86_400_000
const PREMAKE = 10

/** The instant that a written catalog is to be planned for. */
export const CATALOG_INSTANT = Date.UTC(2026, 10, 22, 12)

export interface CatalogShape {
  readonly tables: number
  /** None: each table is partitioned by day itself. */
  readonly tenants: number
  readonly days: number
}

/** Neither tenants nor facts; the relations come beside. */
const SERVER = {
  now: CATALOG_INSTANT,
  version: 180_004,
  lockCapacity: 6400,
  inRecovery: false,
  bookkeeping: null,
  facts: null,
  marked: null,
  hasInvalidIndexes: false,
  tenantSources: null,
}

/**
 * Writes what the catalog gives a day after the last maintenance, without a server: each series lacks its last day, and its first one has
 * passed the retention.
 */
export async function writeCatalog(folder: string, shape: CatalogShape): Promise<void> {
  const keys = Array.from({ length: shape.tenants }, (_, n) => `tenant-${n}`)
  await writeFile(join(folder, 'row.json'), JSON.stringify({ ...SERVER, relations: relations(shape, keys) }))
  await writeFile(join(folder, 'tenants.json'), JSON.stringify(keys))
  await writeFile(join(folder, 'document.json'), JSON.stringify(documentOf(shape)))
}

function relations({ tables, tenants, days }: CatalogShape, keys: readonly string[]): unknown[] {
  // As the catalog is asked for them: by their bounds.
  const rows = new Map<string | null, unknown[]>()
  let oid = 16_384
  const add = (parent: string | null, name: string, bound: string | null, method: string | null, columns: string[] | null) => {
    const schema = parent === null ? 'public' : 'partman_partitions'
    const key = method === null ? null : JSON.stringify([method, columns])
    const relation = [String(++oid), parent, schema, name, key, null]
    const bearers = rows.get(bound)
    if (bearers) bearers.push(relation)
    else rows.set(bound, [relation])
    return String(oid)
  }
  const today = Math.floor(CATALOG_INSTANT / DAY_MS)
  const addSeries = (parent: string, stem: string) => {
    for (let day = today + PREMAKE - days; day < today + PREMAKE; day++) {
      const [from = '', to = ''] = [day, day + 1].map((of) => new Date(of * DAY_MS).toISOString().slice(0, 10))
      add(parent, `${stem}_p${from.replaceAll('-', '')}`, `FOR VALUES FROM ('${from} 00:00:00+00') TO ('${to} 00:00:00+00')`, null, null)
    }
  }
  for (let n = 0; n < tables; n++) {
    const name = `DeliveryAttempt${n}`
    const table = add(null, name, null, tenants === 0 ? 'r' : 'l', [tenants === 0 ? 'createdAt' : 'projectId'])
    if (tenants === 0) addSeries(table, name)
    for (const key of keys) {
      const stem = `${name}_${key.replace('-', '_')}_${createHash('sha256').update(key).digest('hex').slice(0, 10)}`
      addSeries(add(table, stem, `FOR VALUES IN ('${key}')`, 'r', ['createdAt']), stem)
    }
  }
  return [...rows]
}

function documentOf({ tables, tenants, days }: CatalogShape): object {
  const byDay = {
    kind: 'range',
    by: { field: 'createdAt', column: 'createdAt', type: 'timestamptz' },
    interval: '1 day',
    timeZone: 'UTC',
    premake: PREMAKE,
    retention: { kind: 'age', after: `${days - PREMAKE - 1} days`, grace: '1 day' },
  }
  const byTenant = {
    kind: 'tenants',
    by: { field: 'projectId', column: 'projectId', type: 'text' },
    tenants: 'Tenant',
    subpartition: byDay,
  }
  return {
    version: 1,
    schemaHash: 'bench',
    partitionSchema: 'partman_partitions',
    tenantSets: [{ name: 'Tenant', type: 'text', source: null }],
    tables: Array.from({ length: tables }, (_, n) => ({
      model: `DeliveryAttempt${n}`,
      table: { schema: 'public', name: `DeliveryAttempt${n}` },
      policy: tenants === 0 ? byDay : byTenant,
      declaredAt: `schema.prisma:${n + 1}:5`,
    })),
  }
}
