import { formatTableName, type Removal, removalEnd, type State, sameTable, type TableName, tenantIn, termsOf } from '@partman/core'

interface RemovedTenant {
  readonly set: string
  readonly key: string
  readonly removal: Removal
  /** By the clock of the database, in milliseconds since 1970. */
  readonly now: number
}

/** Finds what is left of a tenant that was removed, and when the first of it is dropped, should the next run detach what is attached. */
export function findRestorable(
  { tables, detached }: State,
  declared: readonly TableName[],
  { set, key, removal, now }: RemovedTenant,
): { readonly oids: readonly string[]; readonly until: string | null } {
  const left = declared.flatMap((table) => {
    const attached = tables
      .filter((one) => sameTable(one, table))
      .flatMap(({ partitions }) => partitions.filter(({ bound }) => tenantIn(bound) === key))
      .map(({ oid }) => ({ oid, since: now }))
    const apart = detached
      .filter(({ marker }) => marker.removed === set && marker.tenant === key && sameTable(marker.table, table))
      .map(({ oid, marker }) => ({ oid, since: Date.parse(marker.retiredAt) }))
    const terms = termsOf(removal, formatTableName(table))
    return [...attached, ...apart].map(({ oid, since }) => ({ oid, end: removalEnd(removal, terms, since) }))
  })
  const ends = left.flatMap(({ end }) => end ?? [])
  return {
    oids: left.flatMap(({ oid }) => oid ?? []),
    until: ends.length === 0 ? null : new Date(Math.min(...ends)).toISOString(),
  }
}
