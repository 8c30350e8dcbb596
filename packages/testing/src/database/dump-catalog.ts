import type { TestDatabase } from './test-database.js'

/** One statement for each sort of object; every row becomes a line. Nothing in them depends on oids or on rows. */
const PARTS = {
  relation: `
    SELECT c.relkind, n.nspname, c.relname, pg_get_expr(c.relpartbound, c.oid), pg_get_partkeydef(c.oid),
      (SELECT array_agg(inhparent::regclass::text ORDER BY inhseqno) FROM pg_inherits WHERE inhrelid = c.oid), c.relispartition, c.reloptions,
      c.relpersistence, c.relreplident, c.relrowsecurity, c.relacl, obj_description(c.oid, 'pg_class')
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace`,
  column: `
    SELECT a.attrelid::regclass, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
      a.attstorage, a.attstattarget, a.attinhcount, a.attislocal, pg_get_expr(d.adbin, d.adrelid)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE a.attnum > 0 AND NOT a.attisdropped`,
  constraint: `
    SELECT o.conrelid::regclass, o.conname, pg_get_constraintdef(o.oid), o.convalidated, o.conislocal, o.coninhcount
    FROM pg_constraint o JOIN pg_namespace n ON n.oid = o.connamespace`,
  index: `
    SELECT pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisready, i.indisreplident,
      (SELECT array_agg(inhparent::regclass::text) FROM pg_inherits WHERE inhrelid = i.indexrelid)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace`,
  trigger: `
    SELECT t.tgrelid::regclass, t.tgtype, t.tgenabled, t.tgfoid::regproc
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace`,
  type: `
    SELECT n.nspname, t.typname, t.typtype, (SELECT array_agg(enumlabel ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid)
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace`,
  function: `
    SELECT p.oid::regprocedure, md5(pg_get_functiondef(p.oid)) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace`,
  // Without its privileges: Prisma's reset makes schema public anew, with other ones than a new database has.
  schema: `
    SELECT n.nspname FROM pg_namespace n`,
} as const

const OF_USERS = `n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname NOT LIKE 'pg\\_%temp\\_%'`

/** Everything that the catalog holds in all schemas of users, a line for each object, in order. */
export async function dumpCatalog(database: Pick<TestDatabase, 'query'>): Promise<string[]> {
  const lines: string[] = []
  for (const [sort, select] of Object.entries(PARTS)) {
    const statement = `${select} ${/\bWHERE [^)]*$/.test(select) ? 'AND' : 'WHERE'} ${OF_USERS}`
    const { rows } = await database.query<{ line: string }>(
      `SELECT row_to_json(part)::text COLLATE "C" AS line FROM (${statement}) AS part ORDER BY 1`,
    )
    lines.push(...rows.map(({ line }) => `${sort} ${line}`))
  }
  return lines
}
