import type { PartmanDocument } from '../policy/document.js'
import type { Database } from '../sql/database.js'
import { isoInstant, lockTenant } from '../sql/removed-tenant.js'
import { constantSql, sql } from '../sql/sql.js'
import { formatTableName } from '../state/state.js'
import { foreseeRemoval, type PartitionOfTenant, type StayingRows, type TenantName } from './foresee-removal.js'

/** A tenant that is to go, or to come back. */
export interface TenantToRemove extends TenantName {
  readonly reason: string
  /** On whose behalf. */
  readonly by: string
  /** Where they ask from, such as an address, for the audit log. */
  readonly from?: string | undefined
}

/** What becomes of a tenant that was removed. */
export interface RemovedPartitions {
  /** ISO 8601, by the database's clock. */
  readonly removedAt: string
  /** The next runs of a maintainer detach them, unless something keeps them that they report. */
  readonly going: readonly PartitionOfTenant[]
  /** Rows that are there are to be deleted by whoever wants them gone. */
  readonly staying: readonly StayingRows[]
}

const RECORD = sql`WITH locked AS MATERIALIZED (
  SELECT ${lockTenant(constantSql('$1::text'), constantSql('$2::text'))}
), recorded AS (
  INSERT INTO partman.removal AS r (partition_schema, tenants, key, removed_by, reason, terms) SELECT $5, $1, $2, $3, $4, $6::text::jsonb FROM locked
  ON CONFLICT (partition_schema, tenants, key) DO UPDATE
    SET removed_at = excluded.removed_at, reason = excluded.reason, removed_by = excluded.removed_by, grace_from = excluded.grace_from
  RETURNING r.removed_at, r.terms
), asked_anew AS (
  UPDATE partman.hook_call SET stale = true FROM recorded WHERE partition = ANY ($7::text[]::oid[])
), told AS (
  INSERT INTO partman.audit (actor, act, table_schema, table_name, subject, details, reason)
  SELECT $3, 'remove-tenant', 'partman', 'removal', $1::text || ' ' || $2::text,
    pg_catalog.jsonb_build_object('tenants', $1::text, 'key', $2::text, 'terms', terms) || pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('from', $8::text)), $4 FROM recorded
)
SELECT ${isoInstant(constantSql('removed_at'))} AS removed_at FROM recorded`

/**
 * Records that a tenant is to go. Nothing is made for it from then on, whatever row the tenants' table has of it, and nobody can register
 * it; the next runs of a maintainer detach its partitions as they do what has passed its retention (hooks are asked, holds and foreign keys
 * count), and drop, move or keep them once the grace period of the table's retention is over, or a day. What the retention says is noted now:
 * a later one does not shorten it. `restoreTenant` ends that.
 *
 * @throws PartmanError `TENANT_SET_UNKNOWN`, `TENANT_KEY_INVALID`; `TENANT_UNKNOWN` where nobody has heard of it
 */
export async function removeTenant(database: Database, document: PartmanDocument, request: TenantToRemove): Promise<RemovedPartitions> {
  const { tenants, reason, by, from = null } = request
  const { key, tables } = await foreseeRemoval(database, document, request)
  const terms = Object.fromEntries(tables.map((one) => [formatTableName(one.table), one.terms]))
  const asked = tables.flatMap(({ attached, detached }) => [...attached, ...detached]).map(({ oid }) => oid)
  const values = [tenants, key, by, reason, document.partitionSchema, JSON.stringify(terms), asked, from]
  const [row] = await database.query<{ removed_at: string }>(RECORD, values)
  return {
    removedAt: row!.removed_at,
    going: tables.flatMap(({ table, attached, stays }) =>
      stays === 'default' ? [] : attached.map(({ schema, name }) => ({ table, partition: { schema, name } })),
    ),
    staying: tables.flatMap(({ table, stays }) => (stays === null ? [] : [{ table, because: stays }])),
  }
}
