import { PartmanError, type TenantKey, type TenantSet } from '@partman/core'
import type { Connection } from './connection.js'
import { readKey } from './read-key.js'

/** Serial and identity columns have a sequence, other columns a default expression, which the catalog keeps as SQL. */
const DEFAULT_EXPRESSION = `
SELECT CASE
  WHEN a.attidentity <> '' THEN pg_catalog.format('pg_catalog.nextval(%L::pg_catalog.regclass)',
    pg_catalog.pg_get_serial_sequence(pg_catalog.format('%I.%I', n.nspname, c.relname), a.attname))
  ELSE pg_catalog.pg_get_expr(d.adbin, d.adrelid)
END AS expression
FROM pg_catalog.pg_namespace n
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE n.nspname = $1 AND c.relname = $2 AND a.attname = $3`

/**
 * Has the database make keys ahead of the rows, by the default of the key's column.
 *
 * @throws PartmanError `TENANT_KEY_MISSING` where the column has none
 */
export async function evaluateColumnDefault(
  connection: Connection,
  { model, table, key }: NonNullable<TenantSet['source']>,
  count: number,
): Promise<TenantKey[]> {
  const [row] = await connection.query<{ expression: string | null }>(DEFAULT_EXPRESSION, [table.schema, table.name, key.column])
  const expression = row?.expression
  if (!expression) {
    throw new PartmanError('TENANT_KEY_MISSING', `The column of ${model}.${key.field} has no default in the database to make a key with`, {
      hint: 'Run `prisma migrate deploy`, or pass the key.',
    })
  }
  const rows = await connection.query<{ key: string }>(
    // The owner's own text, as the catalog has it: PostgreSQL runs it on every insert that names no key.
    `SELECT (${expression})::text AS key FROM pg_catalog.generate_series(1, $1::int)`,
    [count],
  )
  return rows.map(({ key: text }) => readKey(key.type, text))
}
