import { literal, type Sql, sql } from '../sql/sql.js'

/**
 * A statement that takes ACCESS EXCLUSIVE, on one line, that gives up after two seconds: whoever comes for the table meanwhile waits behind it.
 * The limit ends with the block, where one of the session would cut off what is pasted after it; and both are run, or none.
 */
export function lockLimited(statement: Sql): Sql {
  const body = sql`BEGIN SET LOCAL lock_timeout = '2s'; ${statement}; END`
  return body.includes('$$') ? sql`DO ${literal(body)};` : sql`DO $$ ${body} $$;`
}
