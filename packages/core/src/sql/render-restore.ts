import type { TableName } from '../policy/document.js'
import { type Bound, formatBound } from '../state/bound.js'
import { assertRelation, isDetached, lockLimited, type RenderOptions } from './guarded-block.js'
import { renderBound } from './render-bound.js'
import { renderMoveTree } from './render-move.js'
import { renderCreatePartition } from './render-partition.js'
import { constantSql, identifier, literal, printedSql, qualified, type Sql, sql } from './sql.js'

/** A detached partition that is to be attached again. */
export interface RestoreTarget {
  readonly partition: TableName & { readonly oid: string }
  /** Its comment, which is our mark. */
  readonly comment: string
  readonly parent: TableName
  readonly bound: Bound
  /** Where the partitions of the document live. */
  readonly partitionSchema: string
}

/** What the application is to find in the bookkeeping. */
export interface RestoreRecord {
  readonly table: TableName
  readonly tenant: string | null
  readonly lower: string | null
  readonly upper: string | null
  /** ISO 8601. */
  readonly until: string | null
  readonly by: string
  /** Nothing would take it again, so no hold is put on it. */
  readonly isFree?: true
}

/** What the message of a probe begins with; JSON follows. */
export const PROBED = 'partman probed '

/**
 * Attaches an empty twin, tells what PostgreSQL demands of its rows and which CHECKs of the partition say the very same, and takes all of it
 * back by raising that. Where the range is covered meanwhile, ATTACH says so.
 */
export function renderProbe({ partition, parent, bound, partitionSchema }: RestoreTarget, options: RenderOptions): Sql {
  const twin = { schema: partitionSchema, name: `partman_restore_${partition.oid}` }
  const made = { ...twin, oid: null, bound, partitionBy: null, partitions: [], detachPending: false }
  return lockLimited(
    [
      ...renderCreatePartition(parent, made, { isBeyondLike: true }),
      sql`DECLARE
    demanded text := pg_catalog.pg_get_partition_constraintdef(${literal(qualified(twin))}::regclass::oid);
  BEGIN
    RAISE EXCEPTION USING ERRCODE = 'PTM04', MESSAGE = ${constantSql(`'${PROBED}'`)} || pg_catalog.json_build_object('demanded', demanded, 'checks', (
      SELECT pg_catalog.json_agg(pg_catalog.json_build_object('name', c.conname, 'valid', c.convalidated)) FROM pg_catalog.pg_constraint c
      WHERE c.conrelid = ${literal(partition.oid)}::oid AND c.contype = 'c' AND c.coninhcount = 0
        AND pg_catalog.regexp_replace(pg_catalog.pg_get_constraintdef(c.oid), ' NOT VALID$', '') = 'CHECK (' || demanded || ')'
    ))::text;
  END;`,
    ],
    options,
  )
}

/** Adds a CHECK of what is demanded, which nobody has to wait for. */
export function renderAddCheck({ partition, parent, comment }: RestoreTarget, name: string, demanded: string, options: RenderOptions): Sql {
  return lockLimited(
    [
      assertRelation(partition, isDetached(comment)),
      assertOwner(partition, parent),
      sql`ALTER TABLE ${qualified(partition)} ADD CONSTRAINT ${identifier(name)} CHECK (${printedSql(demanded)}) NOT VALID;`,
    ],
    options,
  )
}

/** Looks through the rows while the partition stands apart: readers of it are not stopped, and nobody else is concerned. */
export function renderValidate({ partition, parent, comment }: RestoreTarget, name: string, options: RenderOptions): Sql {
  return lockLimited(
    [
      assertRelation(partition, isDetached(comment)),
      assertOwner(partition, parent),
      sql`ALTER TABLE ${qualified(partition)} VALIDATE CONSTRAINT ${identifier(name)};`,
    ],
    options,
  )
}

/** Attaches the partition, which no row is read for, takes the mark off, and puts a hold on it where it has passed its retention, and would go again. */
export function renderRestore(target: RestoreTarget, checks: readonly string[], record: RestoreRecord, options: RenderOptions): Sql {
  const { partition, comment, parent, bound, partitionSchema } = target
  const home = { schema: partitionSchema, name: partition.name }
  const { table, tenant, lower, upper, until, by, isFree } = record
  const drops = checks.map((name) => sql`ALTER TABLE ${qualified(home)} DROP CONSTRAINT ${identifier(name)};`)
  return lockLimited(
    [
      sql`LOCK TABLE ${qualified(partition)} IN ACCESS EXCLUSIVE MODE;`,
      assertRelation(partition, isDetached(comment)),
      assertOwner(partition, parent),
      ...(partition.schema === partitionSchema ? [] : [renderMoveTree(partition, partitionSchema)]),
      sql`ALTER TABLE ${qualified(parent)} ATTACH PARTITION ${qualified(home)} ${renderBound(bound)};`,
      sql`COMMENT ON TABLE ${qualified(home)} IS NULL;`,
      ...drops,
      isFree
        ? sql`UPDATE partman.hook_call SET stale = true WHERE partition = ${literal(partition.oid)}::oid;`
        : sql`DELETE FROM partman.hook_call WHERE partition = ${literal(partition.oid)}::oid;`,
      ...(isFree
        ? []
        : [
            sql`INSERT INTO partman.hold (table_schema, table_name, table_oid, tenant, lower, upper, reason, until, held_by)
    VALUES (${literal(table.schema)}, ${literal(table.name)}, pg_catalog.to_regclass(${literal(qualified(table))})::oid, ${nullable(tenant)}, ${nullable(lower)}, ${nullable(upper)}, 'restored', ${nullable(until)}::timestamptz, ${literal(by)});`,
          ]),
      sql`INSERT INTO partman.audit (actor, act, table_schema, table_name, subject, details, reason)
    VALUES (${literal(by)}, 'restore', ${literal(table.schema)}, ${literal(table.name)}, ${literal(`${partition.schema}.${partition.name}`)},
      pg_catalog.jsonb_build_object('bound', ${literal(formatBound(bound))}::text, 'until', ${nullable(until)}::text), 'somebody wants its rows back');`,
    ],
    options,
  )
}

/** Whoever may make a table may write a mark on it, and would have its triggers run for others once it is attached. */
function assertOwner(partition: RestoreTarget['partition'], parent: TableName): Sql {
  const name = `${partition.schema}.${partition.name}`
  return sql`IF EXISTS (SELECT FROM pg_catalog.pg_class c, pg_catalog.pg_class p WHERE c.oid = ${literal(partition.oid)}::oid AND p.oid = ${literal(qualified(parent))}::regclass
      AND c.relowner NOT IN (p.relowner, current_user::regrole::oid)) THEN
    RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = ${literal(`${name} belongs to somebody else than its parent`)};
  END IF;`
}

function nullable(text: string | null): Sql {
  return text === null ? constantSql('NULL') : literal(text)
}
