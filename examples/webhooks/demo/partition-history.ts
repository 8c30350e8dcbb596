import { formatTableName, type Partition, type State } from '@partman/core'
import { config } from '../generated/partman/partman.js'
import type { DemoTable } from './ledger.js'

/** A partition that holds a window of time, as it was last seen; instants are milliseconds since 1970. */
export interface SeenPartition {
  readonly table: DemoTable
  /** null: the table has no tenants. */
  readonly projectId: string | null
  readonly from: number
  readonly until: number
  readonly schema: string
  readonly name: string
  readonly state: 'attached' | 'detached' | 'dropped'
}

/** Every partition that was ever seen: the catalog alone does not tell of those that were dropped. */
export class PartitionHistory {
  private readonly seen = new Map<string, SeenPartition>()
  private readonly projectOfParent = new Map<string, string>()

  observe(state: State): void {
    const present = new Map(findPartitions(state, this.projectOfParent).map((partition) => [keyOf(partition), partition]))
    for (const [key, partition] of this.seen) if (!present.has(key)) this.seen.set(key, { ...partition, state: 'dropped' })
    for (const [key, partition] of present) this.seen.set(key, partition)
  }

  /** The partitions of a table, of one project where it has projects, the oldest first. */
  of(table: DemoTable, projectId: string | null): SeenPartition[] {
    return this.all.filter((partition) => partition.table === table && partition.projectId === projectId).sort((a, b) => a.from - b.from)
  }

  get all(): SeenPartition[] {
    return [...this.seen.values()]
  }
}

function findPartitions(state: State, projectOfParent: Map<string, string>): SeenPartition[] {
  const found: SeenPartition[] = []
  const add = (table: DemoTable, projectId: string | null, kind: SeenPartition['state'], { schema, name, bound }: Found) => {
    if (bound.kind === 'range') found.push({ table, projectId, ...rangeOf(bound), schema, name, state: kind })
  }
  for (const table of state.tables) {
    const model = modelOf(table)
    for (const partition of table.partitions) {
      const [projectId] = partition.bound.kind === 'list' ? partition.bound.values : []
      if (projectId) projectOfParent.set(formatTableName(partition), projectId)
      if (partition.bound.kind === 'range') add(model, null, 'attached', partition)
      for (const window of partition.partitions) add(model, projectId ?? null, 'attached', window)
    }
  }
  for (const { marker, schema, name } of state.detached) {
    add(modelOf(marker.table), projectOfParent.get(formatTableName(marker.parent)) ?? null, 'detached', {
      schema,
      name,
      bound: marker.bound,
    })
  }
  return found
}

type Found = Pick<Partition, 'schema' | 'name' | 'bound'>
type RangeBound = Extract<Partition['bound'], { kind: 'range' }>

function rangeOf({ from, to }: RangeBound): { from: number; until: number } {
  return { from: instantOf(from[0]), until: instantOf(to[0]) }
}

/** PostgreSQL prints `2026-01-31 00:00:00+00`. */
function instantOf(datum: RangeBound['from'][number] | undefined): number {
  return typeof datum === 'object' ? Date.parse(datum.value.replace(' ', 'T').replace(/\+00$/, 'Z')) : Number.NaN
}

function modelOf({ schema, name }: { readonly schema: string; readonly name: string }): DemoTable {
  const declared = config.tables.find(({ table }) => table.schema === schema && table.name === name)
  if (!declared) throw new Error(`${schema}.${name} is not a table of this example.`)
  return declared.model
}

function keyOf({ table, projectId, from }: SeenPartition): string {
  return JSON.stringify([table, projectId, from])
}
