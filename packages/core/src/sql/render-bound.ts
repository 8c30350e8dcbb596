import type { Bound, RangeDatum } from '../state/bound.js'
import { constantSql, integer, joinSql, literal, type Sql, sql } from './sql.js'

/**
 * The bound of a partition, as ATTACH PARTITION and PARTITION OF take it.
 * https://www.postgresql.org/docs/current/sql-createtable.html#SQL-CREATETABLE-PARMS-PARTITION-OF
 */
export function renderBound(bound: Bound): Sql {
  switch (bound.kind) {
    case 'range':
      return sql`FOR VALUES FROM (${joinSql(bound.from.map(renderDatum), ', ')}) TO (${joinSql(bound.to.map(renderDatum), ', ')})`
    case 'list':
      return sql`FOR VALUES IN (${joinSql(bound.values.map(renderValue), ', ')})`
    case 'hash':
      return sql`FOR VALUES WITH (MODULUS ${integer(bound.modulus)}, REMAINDER ${integer(bound.remainder)})`
    case 'default':
      return constantSql('DEFAULT')
  }
}

function renderDatum(datum: RangeDatum): Sql {
  if (datum === 'minvalue') return constantSql('MINVALUE')
  if (datum === 'maxvalue') return constantSql('MAXVALUE')
  return literal(datum.value)
}

function renderValue(value: string | null): Sql {
  return value === null ? constantSql('NULL') : literal(value)
}
