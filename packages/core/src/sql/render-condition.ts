import { PartmanError } from '../error.js'
import type { Bound, RangeDatum } from '../state/bound.js'
import type { ComparedKey } from '../state/default-proof.js'
import { constantSql, identifier, joinSql, literal, printedSql, qualified, type Sql, sql } from './sql.js'

/** B-tree strategies, in PostgreSQL's order. */
const STRATEGIES = ['<', '<=', '=', '>=', '>'] as const
type Strategy = (typeof STRATEGIES)[number]

/** A column of a key, and how it compares. */
export interface RenderedColumn {
  readonly name: Sql
  /** The column as it compares: with its collation. */
  readonly column: Sql
  operator(strategy: Strategy): Sql
}

/** The columns of a key, as conditions and ORDER BY ... USING take them. */
export function renderKey({ columns, comparisons }: ComparedKey): RenderedColumn[] {
  return columns.map((name, index) => {
    const comparison = comparisons?.[index]
    const collation = comparison?.collation
    return {
      name: identifier(name),
      column: collation ? sql`(${identifier(name)} COLLATE ${qualified(collation)})` : identifier(name),
      operator: (strategy) => {
        const own = comparison?.operators[STRATEGIES.indexOf(strategy)]
        return own ? operator(own) : sql`OPERATOR(pg_catalog.${constantSql(strategy)})`
      },
    }
  })
}

/**
 * The condition that a row belongs to a bound, never NULL: written as PostgreSQL itself derives it, so that a CHECK of its contrary
 * spares the scan of a DEFAULT partition (`get_qual_for_range`, `get_qual_for_list` in src/backend/partitioning/partbounds.c).
 */
export function renderCondition(bound: Bound, key: ComparedKey): Sql {
  const columns = renderKey(key)
  if (bound.kind === 'list' && columns[0]) return renderList(bound.values, columns[0])
  if (bound.kind === 'range') return renderRange(bound.from, bound.to, columns)
  throw new PartmanError('BOUND_UNREADABLE', `A bound of kind ${bound.kind} is no condition on the columns of a key`)
}

function renderList(all: readonly (string | null)[], { name, column, operator: own }: RenderedColumn): Sql {
  const values = all.filter((value) => value !== null)
  if (values.length === 0) return sql`${name} IS NULL`
  const [first = ''] = values
  const held =
    values.length === 1 ? sql`${column} ${own('=')} ${literal(first)}` : sql`${column} ${own('=')} ANY (${literal(formatArray(values))})`
  return values.length === all.length ? sql`${name} IS NOT NULL AND ${held}` : sql`${name} IS NULL OR ${held}`
}

function formatArray(values: readonly string[]): string {
  return `{${values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join(',')}}`
}

function renderRange(from: readonly RangeDatum[], to: readonly RangeDatum[], columns: readonly RenderedColumn[]): Sql {
  const parts = columns.map(({ name }) => sql`${name} IS NOT NULL`)
  let start = 0
  for (; start < columns.length - 1; start++) {
    const [lower, upper] = [from[start], to[start]]
    if (typeof lower !== 'object' || typeof upper !== 'object' || lower.value !== upper.value) break
    parts.push(compare(columns[start]!, '=', lower.value))
  }
  parts.push(...renderArms(from, start, columns, LOWER), ...renderArms(to, start, columns, UPPER))
  return joinSql(parts, ' AND ')
}

interface End {
  readonly inside: Strategy
  readonly orEqual: Strategy
  readonly holdsItself: boolean
  readonly open: RangeDatum
}
const LOWER: End = { inside: '>', orEqual: '>=', holdsItself: true, open: 'minvalue' }
const UPPER: End = { inside: '<', orEqual: '<=', holdsItself: false, open: 'maxvalue' }

/** Rows compare by the first column in which they differ: one arm for each that this may be. */
function renderArms(data: readonly RangeDatum[], start: number, columns: readonly RenderedColumn[], end: End): Sql[] {
  const arms: Sql[] = []
  for (let last = start; last < columns.length; last++) {
    const terms: Sql[] = []
    for (let index = start; index <= last; index++) {
      const datum = data[index]
      if (typeof datum !== 'object') continue
      const isWhole = (end.holdsItself && index === columns.length - 1) || data[index + 1] === end.open
      terms.push(compare(columns[index]!, index < last ? '=' : isWhole ? end.orEqual : end.inside, datum.value))
    }
    if (terms.length > 0) arms.push(joinSql(terms, ' AND '))
    if (typeof data[last] !== 'object' || typeof data[last + 1] !== 'object') break
  }
  if (arms.length === 0) return []
  return [
    arms.length === 1
      ? arms[0]!
      : sql`(${joinSql(
          arms.map((arm) => sql`(${arm})`),
          ' OR ',
        )})`,
  ]
}

function compare({ column, operator: own }: RenderedColumn, strategy: Strategy, value: string): Sql {
  return sql`${column} ${own(strategy)} ${literal(value)}`
}

function operator({ schema, name }: { readonly schema: string; readonly name: string }): Sql {
  if (!/^[-+*/<>=~!@#%^&|`?]+$/.test(name)) throw new PartmanError('NAME_INVALID', `${JSON.stringify(name)} is no operator`)
  return sql`OPERATOR(${identifier(schema)}.${printedSql(name)})`
}
