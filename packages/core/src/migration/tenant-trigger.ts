import { createHash } from 'node:crypto'
import type { PartmanDocument, TablePolicy, TenantSet } from '../policy/document.js'
import type { TenantKeyType } from '../policy/key-column.js'
import { tenantsOf } from '../policy/policy.js'
import { lockTenant, refuseRemoved } from '../sql/removed-tenant.js'
import { hasIdentity, likeParent, renderBeyondLike } from '../sql/render-partition.js'
import { comment, constantSql, doBlock, dollarQuoted, identifier, integer, joinSql, literal, qualified, type Sql, sql } from '../sql/sql.js'
import { countSubtree, LOCKS_PER_TABLE } from '../state/lock-budget.js'
import { partitionStem } from '../state/partition-name.js'
import { formatTableName } from '../state/state.js'
import { formatTriggerMark, type TriggerMark, triggerFunctionName, triggerNames } from '../state/tenant-trigger-mark.js'
import { wantTenant } from '../state/want-partitions.js'
import { wantTable } from '../state/want-state.js'
import { renderTriggerMarker } from './migration-marker.js'
import { declareLevels, part, partitionByOf, partName, renderBelow, renderQuery } from './partition-levels.js'

/** A trigger that makes the partitions of the tenants of a set, as a document wants it. */
export interface TenantTrigger {
  /** The schema of the partitions that it makes. */
  readonly partitionSchema: string
  /** The name of the tenant set. */
  readonly tenants: string
  readonly source: NonNullable<TenantSet['source']>
  /** `file:line:column` of the annotation that asks for it. */
  readonly declaredAt: string
  /** The tables that have partitions for these tenants. */
  readonly tables: readonly TablePolicy[]
  readonly body: Sql
  /** Tells what makes it from another text: what changes the partitions of a new tenant changes it. */
  readonly fingerprint: string
}

/** What one statement waits for a lock where its session sets no limit: as long as a client that makes the partitions. */
const LOCK_TIMEOUT = '5s'

/** The triggers that a document asks for; a set without partitioned tables needs none. */
export function wantTriggers(document: PartmanDocument): TenantTrigger[] {
  return document.tenantSets.flatMap(({ name, source }) => {
    const tables = document.tables.filter(({ policy }) => tenantsOf(policy)?.tenants === name)
    if (!source?.trigger || tables.length === 0) return []
    const body = renderBody(document, name, source, tables)
    const trigger = {
      partitionSchema: document.partitionSchema,
      tenants: name,
      source,
      declaredAt: source.trigger.declaredAt,
      tables,
      body,
    }
    const fingerprint = createHash('sha256')
      .update(renderInstall({ ...trigger, fingerprint: '' }))
      .digest('hex')
      .slice(0, 16)
    return [{ ...trigger, fingerprint }]
  })
}

/** The part of a migration that makes the trigger, or puts it in place of an older one. */
export function renderCreateTrigger(trigger: TenantTrigger): Sql {
  return sql`${constantSql(renderTriggerMarker(trigger))}
${comment(`A row of ${formatTableName(trigger.source.table)} and the partitions of its tenant come together, whoever inserts it`)}
${renderInstall(trigger)};
`
}

/**
 * The function acts as its owner, who owns the tables: whoever may insert a tenant need own nothing. So it names everything with its
 * schema, looks for operators in pg_catalog alone, and can be put on no other table by anybody else.
 * https://www.postgresql.org/docs/current/sql-createfunction.html#SQL-CREATEFUNCTION-SECURITY
 */
function renderInstall({ partitionSchema, tenants, source, body, fingerprint }: TenantTrigger): Sql {
  const [name, table] = [functionName({ partitionSchema, tenants }), qualified(source.table)]
  const { lock, make } = triggerNames(partitionSchema)
  return doBlock(sql`DECLARE
  stray record;
BEGIN
  CREATE OR REPLACE FUNCTION ${name}() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET standard_conforming_strings = on AS ${dollarQuoted('make_tenants', body)};
  REVOKE ALL ON FUNCTION ${name}() FROM PUBLIC;
  COMMENT ON FUNCTION ${name}() IS ${literal(formatTriggerMark({ partitionSchema, tenants, fingerprint }))};
  -- A table that was renamed has kept its triggers.
  FOR stray IN SELECT t.tgname, t.tgrelid::regclass AS relation FROM pg_catalog.pg_trigger t
    WHERE t.tgfoid = ${literal(sql`${name}()`)}::regprocedure AND t.tgrelid <> ${literal(table)}::regclass AND t.tgparentid = 0 LOOP
    EXECUTE pg_catalog.format('DROP TRIGGER %I ON %s', stray.tgname, stray.relation);
  END LOOP;
  CREATE OR REPLACE TRIGGER ${identifier(lock)} BEFORE INSERT ON ${table}
    FOR EACH ROW EXECUTE FUNCTION ${name}();
  CREATE OR REPLACE TRIGGER ${identifier(make)} AFTER INSERT ON ${table}
    REFERENCING NEW TABLE AS partman_inserted FOR EACH STATEMENT EXECUTE FUNCTION ${name}();
END`)
}

/** The part of a migration that takes it away again, from whatever table it is on. */
export function renderDropTrigger(trigger: TriggerOf): Sql {
  return sql`${constantSql(renderTriggerMarker({ ...trigger, fingerprint: null }))}
${doBlock(sql`BEGIN
  DROP FUNCTION IF EXISTS ${functionName(trigger)}() CASCADE;
END`)};
`
}

/** Which trigger, whatever it makes. */
type TriggerOf = Pick<TriggerMark, 'partitionSchema' | 'tenants'>

function functionName(trigger: TriggerOf): Sql {
  return qualified({ schema: 'partman', name: triggerFunctionName(trigger) })
}

/** The body of the function of both triggers. */
function renderBody(document: PartmanDocument, tenants: string, source: TenantTrigger['source'], tables: readonly TablePolicy[]): Sql {
  const key = identifier(source.key.column)
  const set = literal(tenants)
  const lock = (tenant: Sql) => sql`PERFORM ${lockTenant(set, tenant)};`
  const setTimeout = (value: Sql) => sql`PERFORM pg_catalog.set_config('lock_timeout', ${value}, true);`
  const limit = sql`IF previous = '0' THEN
    ${setTimeout(literal(LOCK_TIMEOUT))}
  END IF;`
  const restore = setTimeout(constantSql('previous'))
  const keyOf = (row: string) => sql`${constantSql(row)}.${key}::text COLLATE "C"`
  const depths = tables.map(({ policy }) => declareLevels(policy)).sort((a, b) => b.length - a.length)
  return sql`DECLARE
  tenant_key text;
  printed text;
  made text;
  previous text := pg_catalog.current_setting('lock_timeout');
  tables_left int := pg_catalog.current_setting('max_locks_per_transaction')::int
    * pg_catalog.current_setting('max_connections')::int / ${integer(LOCKS_PER_TABLE)};
${depths[0] ?? constantSql('')}
BEGIN
  IF TG_LEVEL = 'ROW' THEN
    -- Whoever registers the same tenant takes this lock before its row, too: two that took them in two orders would wait for each other.
    IF ${keyOf('NEW')} <> '' AND NOT EXISTS (SELECT FROM partman.tenant t WHERE t.tenants = ${set} AND t.key = ${keyOf('NEW')}) THEN
      ${limit}
      ${lock(sql`(${keyOf('NEW')})`)}
      ${restore}
    END IF;
    RETURN NEW;
  END IF;
  ${limit}
  FOR tenant_key IN SELECT DISTINCT ${keyOf('i')} FROM partman_inserted i WHERE ${keyOf('i')} <> '' ORDER BY 1 LOOP
    ${lock(sql`tenant_key`)}
    ${refuseRemoved(document.partitionSchema, tenants, [sql`tenant_key`])}
    INSERT INTO partman.tenant (tenants, key) VALUES (${set}, tenant_key) ON CONFLICT DO NOTHING;
    printed := ${printedKey(source.key.type)};
    ${joinSql(
      tables.map((table) => renderTable(document, table)),
      '\n',
    )}
  END LOOP;
  ${restore}
  RETURN NULL;
END`
}

/** The key as PostgreSQL prints it in a bound: of whole numbers only an integer stands without quotes, and no negative one. */
function printedKey(type: TenantKeyType): Sql {
  const quoted = constantSql(`'''' || pg_catalog.replace(tenant_key, '''', '''''') || ''''`)
  return type === 'integer' ? sql`CASE WHEN tenant_key LIKE '-%' THEN ${quoted} ELSE tenant_key END` : quoted
}

/**
 * What one tenant gets in one table: what `renderRegistration` makes, by the same rules. A partition that is there by its name is
 * left as it is. Where the tenant has one by another name, ATTACH says that it would overlap; then what was made is undone.
 */
function renderTable({ partitionSchema }: PartmanDocument, { table, policy }: TablePolicy): Sql {
  const [one, name, schema, parent] = [part(0), partName(0), literal(partitionSchema), literal(qualified(table))]
  const context = { partitionSchema, tenantKeys: constantSql('SELECT tenant_key') }
  return sql`IF pg_catalog.to_regclass(${parent}) IS NOT NULL THEN
      FOR ${one} IN ${renderQuery(context, policy)} LOOP
        ${name} := partman.join_name(${literal(partitionStem(table))}, ${one}.label);
        made := pg_catalog.format('%I.%I', ${schema}, ${name});
        CONTINUE WHEN EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = ${parent}::regclass::oid AND i.inhrelid = pg_catalog.to_regclass(made)::oid);
        tables_left := tables_left - ${integer(tablesOfPartition(partitionSchema, { table, policy }))};
        IF tables_left < 0 THEN
          RAISE EXCEPTION USING ERRCODE = 'configuration_limit_exceeded', MESSAGE = 'partman: so many new tenants at once have more partitions than one transaction has locks for',
            HINT = 'Insert them in several transactions, or raise max_locks_per_transaction.';
        END IF;
        BEGIN
          ${renderCreate(context, { table, policy })}
        EXCEPTION WHEN invalid_object_definition OR duplicate_table OR duplicate_object OR unique_violation THEN
          IF NOT EXISTS (
            SELECT FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid, pg_catalog.pg_get_expr(c.relpartbound, 0::oid) AS bound
            WHERE i.inhparent = ${parent}::regclass::oid AND ${holdsTenant(policy)}
          ) THEN
            RAISE;
          END IF;
        END;
      END LOOP;
    END IF;`
}

function tablesOfPartition(partitionSchema: string, { table, policy }: Pick<TablePolicy, 'table' | 'policy'>): number {
  const wanted = wantTable(partitionSchema, { model: '', table, policy, declaredAt: '' }, { now: 0, tenants: new Map() })
  return Math.max(1, ...wantTenant(wanted, partitionStem(table), '-').map(countSubtree))
}

/** Beside its parent and attached as a whole, as `renderCreatePartition` does it. */
function renderCreate(
  context: { partitionSchema: string; tenantKeys: Sql },
  { table, policy }: Pick<TablePolicy, 'table' | 'policy'>,
): Sql {
  const below = policy.subpartition
  const create = sql`EXECUTE 'CREATE TABLE ' || made || ${literal(sql` ${likeParent(table)}`)} || ${partitionByOf(below)};
          ${renderBeyondLike(table, constantSql('made'), constantSql(`'ALTER TABLE ' || made || ' '`))}`
  const attach = sql`EXECUTE ${literal(sql`ALTER TABLE ${qualified(table)} ATTACH PARTITION `)} || made || ' ' || ${part(0)}.bound;`
  if (below === null) return sql`${create}\n${attach}`
  const identity = hasIdentity(table)
  return sql`${create}
          IF ${identity} THEN
            ${attach}
          END IF;
          ${renderBelow(context, below, partName(0), 0)}
          IF NOT ${identity} THEN
            ${attach}
          END IF;`
}

/** Whether the text `bound` holds the tenant already: by its list, or as a range of its own series. */
function holdsTenant({ kind }: TablePolicy['policy']): Sql {
  if (kind !== 'tenants') return sql`pg_catalog.starts_with(bound, 'FOR VALUES FROM (' || printed || ', ')`
  return sql`EXISTS (SELECT FROM (VALUES ('('), (' ')) AS b (before), (VALUES (','), (')')) AS a (after) WHERE pg_catalog.strpos(bound, before || printed || after) > 0)`
}
