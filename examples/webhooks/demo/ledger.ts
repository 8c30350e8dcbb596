/** The partitioned tables of the example. */
export type DemoTable = 'Event' | 'DeliveryAttempt' | 'AuditLog'

/** What is remembered of a row that was inserted. */
export interface Entry {
  /** null: the row belongs to no project. */
  readonly projectId: string | null
  /** The value of the partition key, milliseconds since 1970. */
  readonly at: number
}

/** Every row that the simulation has inserted, by table and id. */
export class Ledger {
  readonly entries: ReadonlyMap<DemoTable, Map<string, Entry>> = new Map([
    ['Event', new Map()],
    ['DeliveryAttempt', new Map()],
    ['AuditLog', new Map()],
  ])

  /** Throws for an id that is there already. */
  enter(table: DemoTable, rows: readonly (Entry & { readonly id: string })[]): void {
    const entries = this.of(table)
    for (const { id, projectId, at } of rows) {
      if (entries.has(id)) throw new Error(`The id ${id} of ${table} was used twice.`)
      entries.set(id, { projectId, at })
    }
  }

  of(table: DemoTable): Map<string, Entry> {
    const entries = this.entries.get(table)
    if (!entries) throw new Error(`There is no ledger for ${table}.`)
    return entries
  }

  get size(): number {
    return [...this.entries.values()].reduce((sum, entries) => sum + entries.size, 0)
  }
}
