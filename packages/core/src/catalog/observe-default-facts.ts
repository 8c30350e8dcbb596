import type { Database } from '../sql/database.js'
import { constantSql } from '../sql/sql.js'
import { type DefaultProof, type KeyComparison, PROOF_PREFIX } from '../state/default-proof.js'
import type { Partition } from '../state/state.js'

/**
 * What else is known of a DEFAULT partition `c`; `y` is the key of its parent. A key column is told of where it has another collation than the column itself, or another operator class than its type's own.
 */
const OBSERVE = constantSql(`
SELECT c.oid::text AS oid, pg_catalog.json_build_array(
      (
        SELECT pg_catalog.json_agg(CASE WHEN NOT o.opcdefault OR k.colloid <> a.attcollation THEN pg_catalog.json_build_array(
          CASE WHEN k.colloid <> a.attcollation THEN (
            SELECT pg_catalog.json_build_array(s.nspname, l.collname)
            FROM pg_catalog.pg_collation l JOIN pg_catalog.pg_namespace s ON s.oid = l.collnamespace
            WHERE l.oid = k.colloid
          ) END,
          (
            SELECT pg_catalog.json_agg(pg_catalog.json_build_array(s.nspname, r.oprname) ORDER BY m.amopstrategy)
            FROM pg_catalog.pg_amop m
            JOIN pg_catalog.pg_operator r ON r.oid = m.amopopr
            JOIN pg_catalog.pg_namespace s ON s.oid = r.oprnamespace
            WHERE m.amopfamily = o.opcfamily AND m.amoplefttype = o.opcintype AND m.amoprighttype = o.opcintype AND m.amoppurpose = 's'::"char"
          )
        ) END ORDER BY k.position)
        FROM ROWS FROM (
          pg_catalog.unnest(y.partattrs::int2[]), pg_catalog.unnest(y.partclass::oid[]), pg_catalog.unnest(y.partcollation::oid[])
        ) WITH ORDINALITY AS k (attnum, classoid, colloid, position)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = y.partrelid AND a.attnum = k.attnum
        JOIN pg_catalog.pg_opclass o ON o.oid = k.classoid
      ),
      (
        SELECT pg_catalog.json_agg(pg_catalog.json_build_array(k.oid::text, k.conname) ORDER BY k.oid)
        FROM pg_catalog.pg_constraint k
        JOIN pg_catalog.pg_description e ON e.objoid = k.oid AND e.classoid = 'pg_catalog.pg_constraint'::regclass::oid AND e.objsubid = 0
          AND e.description LIKE '${PROOF_PREFIX}%'
        WHERE k.conrelid = c.oid AND k.contype = 'c'::"char"
      )
    )::text AS facts
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_partitioned_table y ON y.partdefid = c.oid
WHERE c.oid = ANY ($1::oid[])`)

type NameRow = readonly [schema: string, name: string]
type DefaultFactsRow = readonly [
  comparisons: readonly (readonly [collation: NameRow | null, operators: readonly NameRow[]] | null)[] | null,
  proofs: readonly (readonly [oid: string, name: string])[] | null,
]

/** What is known of a DEFAULT partition; what is as ever is left out. */
export type DefaultFacts = Pick<Partition, 'comparisons' | 'proofs'>

/** Observes what is known of DEFAULT partitions, by their oids. One statement, or none. */
export async function observeDefaultFacts(database: Database, oids: readonly string[]): Promise<ReadonlyMap<string, DefaultFacts>> {
  if (oids.length === 0) return new Map()
  const rows = await database.query<{ oid: string; facts: string }>(OBSERVE, [oids])
  return new Map(rows.map(({ oid, facts }) => [oid, parseDefaultFacts(JSON.parse(facts) as DefaultFactsRow)]))
}

function parseDefaultFacts([comparisons, proofs]: DefaultFactsRow): DefaultFacts {
  return {
    ...(comparisons?.some((one) => one !== null) ? { comparisons: comparisons.map(parseComparison) } : {}),
    ...(proofs ? { proofs: proofs.map(([oid, name]): DefaultProof => ({ oid, name })) } : {}),
  }
}

function parseComparison(row: readonly [NameRow | null, readonly NameRow[]] | null): KeyComparison | null {
  if (row === null) return null
  const [collation, operators] = row
  return { collation: collation && named(collation), operators: operators.map(named) }
}

function named([schema, name]: NameRow) {
  return { schema, name }
}
