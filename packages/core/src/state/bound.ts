/** One end of a range in one column: a value as PostgreSQL prints it (UTC, ISO), or open. */
export type RangeDatum = { readonly value: string } | 'minvalue' | 'maxvalue'

/**
 * What a partition holds, the only identity a partition has.
 * Grammar: https://www.postgresql.org/docs/current/sql-createtable.html#SQL-CREATETABLE-PARMS-PARTITION-OF
 */
export type Bound =
  | { readonly kind: 'range'; readonly from: readonly RangeDatum[]; readonly to: readonly RangeDatum[] }
  | { readonly kind: 'list'; readonly values: readonly (string | null)[] }
  | { readonly kind: 'hash'; readonly modulus: number; readonly remainder: number }
  | { readonly kind: 'default' }

/** Writes a bound for people. */
export function formatBound(bound: Bound): string {
  switch (bound.kind) {
    case 'range':
      return `[${bound.from.map(formatDatum).join(', ')} .. ${bound.to.map(formatDatum).join(', ')})`
    case 'list':
      return bound.values.map((value) => (value === null ? 'NULL' : JSON.stringify(value))).join(', ')
    case 'hash':
      return `remainder ${bound.remainder} of ${bound.modulus}`
    case 'default':
      return 'DEFAULT'
  }
}

function formatDatum(datum: RangeDatum): string {
  return typeof datum === 'string' ? datum.toUpperCase() : datum.value.replace(/ 00:00:00(\+00)?$/, '')
}
