import type { MissingPrivilege, ServerHealth } from '../checks/server-facts.js'
import type { Database } from '../sql/database.js'
import { constantSql } from '../sql/sql.js'

const SETTINGS = [
  'autovacuum',
  'enable_partition_pruning',
  'idle_in_transaction_session_timeout',
  'lock_timeout',
  'statement_timeout',
  'track_counts',
]

const AGE_MS = (since: string) => `(EXTRACT(EPOCH FROM pg_catalog.clock_timestamp() - ${since}) * 1000)::bigint`

/** What a run of maintenance does with the tables of the bookkeeping: holds are placed, and tenants registered, by others. */
const USED: Readonly<Record<string, readonly string[]>> = {
  approval: ['SELECT', 'INSERT', 'UPDATE'],
  audit: ['INSERT'],
  hold: ['SELECT'],
  hook_call: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  lease: ['SELECT', 'INSERT', 'UPDATE'],
  // A tenant that is removed is locked (FOR SHARE), which takes UPDATE.
  removal: ['SELECT', 'UPDATE'],
  run: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  sample: ['SELECT', 'INSERT', 'DELETE'],
  tenant: ['SELECT'],
}

const KNOWS_MAINTAIN = `pg_catalog.current_setting('server_version_num')::int >= 170000`

/** Before a partition goes, nobody may add a hold: LOCK TABLE ... IN SHARE MODE takes one of these. https://www.postgresql.org/docs/current/sql-lock.html */
const TO_LOCK_HOLDS = `('hold', 2, CASE WHEN ${KNOWS_MAINTAIN} THEN 'MAINTAIN' ELSE 'UPDATE' END, CASE WHEN ${KNOWS_MAINTAIN} THEN 'MAINTAIN, UPDATE, DELETE, TRUNCATE' ELSE 'UPDATE, DELETE, TRUNCATE' END)`

/** As rows: the table, the order, the privilege, and those of which one is enough. */
const NEEDED = [
  ...Object.entries(USED).flatMap(([name, privileges]) =>
    privileges.map((privilege, index) => `('${name}', ${index + 1}, '${privilege}', NULL)`),
  ),
  TO_LOCK_HOLDS,
].join(', ')

/**
 * `$1` are names of settings, `$2` the partition schema, `$3` the age from which a transaction is told of, in milliseconds. Whoever may not see
 * another's session gets its row without any instant, so it is left out. The settings of the session come from outside the transaction that this
 * runs in, whose own are local: `reset_val` has them.
 */
const OBSERVE = constantSql(`
WITH needed AS (
  SELECT c.oid, c.relname, p.privilege, COALESCE(p.enough, p.privilege) AS enough, p.position
  FROM (VALUES ${NEEDED}) AS p (relname, position, privilege, enough)
  JOIN pg_catalog.pg_class c ON c.relname = p.relname AND c.relkind = 'r'
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'partman'
), lacking AS (
  SELECT relname, pg_catalog.json_agg(privilege ORDER BY position) AS privileges
  FROM needed WHERE NOT pg_catalog.has_table_privilege(oid, enough) GROUP BY relname
), partitioned_keys AS (
  SELECT k.conrelid, k.confrelid FROM pg_catalog.pg_constraint k
  JOIN pg_catalog.pg_class c ON c.oid = k.conrelid AND c.relkind = 'p'
  JOIN pg_catalog.pg_class r ON r.oid = k.confrelid AND r.relkind = 'p'
  WHERE k.contype = 'f' AND k.conparentid = 0
)
SELECT pg_catalog.json_build_object(
  'now', EXTRACT(EPOCH FROM pg_catalog.clock_timestamp()) * 1000,
  'version', pg_catalog.current_setting('server_version_num')::int,
  'inRecovery', pg_catalog.pg_is_in_recovery(),
  'database', pg_catalog.current_database(),
  'role', CURRENT_USER,
  'settings', (
    SELECT pg_catalog.json_object_agg(s.name, pg_catalog.json_build_object('value', s.reset_val, 'source', s.source))
    FROM pg_catalog.pg_settings s WHERE s.name = ANY ($1::text[])
  ),
  'sources', (
    -- The most special one wins.
    SELECT pg_catalog.json_agg(pg_catalog.json_build_array(r.setdatabase <> 0, r.setrole <> 0, pg_catalog.split_part(c.entry, '=', 1)) ORDER BY r.setrole <> 0, r.setdatabase <> 0)
    FROM pg_catalog.pg_db_role_setting r CROSS JOIN pg_catalog.unnest(r.setconfig) AS c (entry)
    WHERE r.setdatabase IN (0, (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()))
      AND r.setrole IN (0, (SELECT a.oid FROM pg_catalog.pg_roles a WHERE a.rolname = SESSION_USER))
  ),
  'transactions', (
    SELECT pg_catalog.json_agg(pg_catalog.json_build_object('pid', a.pid, 'user', a.usename, 'application', a.application_name, 'state', a.state,
      'ageMs', ${AGE_MS('a.xact_start')}) ORDER BY a.xact_start)
    FROM pg_catalog.pg_stat_activity a
    WHERE a.datname = pg_catalog.current_database() AND a.pid <> pg_catalog.pg_backend_pid() AND a.backend_type = 'client backend'
      AND ${AGE_MS('a.xact_start')} >= $3::bigint
  ),
  'prepared', (
    SELECT pg_catalog.json_agg(pg_catalog.json_build_object('gid', p.gid, 'owner', p.owner, 'ageMs', ${AGE_MS('p.prepared')}) ORDER BY p.prepared)
    FROM pg_catalog.pg_prepared_xacts p WHERE p.database = pg_catalog.current_database() AND ${AGE_MS('p.prepared')} >= $3::bigint
  ),
  'slots', (
    SELECT pg_catalog.json_agg(pg_catalog.json_build_object('name', s.slot_name, 'kind', s.slot_type,
      'retainedBytes', pg_catalog.pg_wal_lsn_diff(
        CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn() ELSE pg_catalog.pg_current_wal_lsn() END, s.restart_lsn)::bigint,
      'holdsRows', s.xmin IS NOT NULL OR s.catalog_xmin IS NOT NULL) ORDER BY s.slot_name)
    FROM pg_catalog.pg_replication_slots s
    WHERE NOT s.active AND (s.restart_lsn IS NOT NULL OR s.xmin IS NOT NULL OR s.catalog_xmin IS NOT NULL)
  ),
  'seesActivity', pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE'),
  'missingSchemas', (
    SELECT pg_catalog.json_agg(pg_catalog.json_build_array(n.nspname, p.privilege) ORDER BY n.nspname, p.privilege)
    FROM ROWS FROM (pg_catalog.unnest(ARRAY[$2, $2, 'partman']), pg_catalog.unnest(ARRAY['USAGE', 'CREATE', 'USAGE'])) AS p (schema, privilege)
    JOIN pg_catalog.pg_namespace n ON n.nspname = p.schema WHERE NOT pg_catalog.has_schema_privilege(n.oid, p.privilege)
  ),
  'missingTables', (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(relname, privileges) ORDER BY relname) FROM lacking),
  'foreignKeys', pg_catalog.json_build_object(
    'toPartitioned', EXISTS (SELECT FROM partitioned_keys WHERE conrelid <> confrelid),
    'toItself', EXISTS (SELECT FROM partitioned_keys WHERE conrelid = confrelid)
  )
)::text AS observed`)

type ListField = 'transactions' | 'prepared' | 'slots'

interface Observed extends Omit<ServerHealth, ListField | 'missingPrivileges' | 'settings'>, Partial<Record<ListField, never>> {
  readonly settings: Record<string, { value: string; source: string }>
  readonly sources: readonly [ofDatabase: boolean, ofRole: boolean, name: string][] | null
  readonly missingSchemas: readonly [schema: string, privilege: 'USAGE' | 'CREATE'][] | null
  readonly missingTables: readonly [name: string, privileges: string[]][] | null
}

/** Observes the server, the sessions and the role in one statement that reads catalogs alone. */
export async function observeServer(
  database: Database,
  { partitionSchema, transactionAgeMs }: { readonly partitionSchema: string; readonly transactionAgeMs: number },
): Promise<ServerHealth> {
  const [row] = await database.query<{ observed: string }>(OBSERVE, [SETTINGS, partitionSchema, transactionAgeMs])
  const { sources, missingSchemas, missingTables, settings, ...observed } = JSON.parse(row?.observed ?? '{}') as Observed
  for (const [ofDatabase, ofRole, name] of sources ?? []) {
    const setting = settings[name]
    if (setting) setting.source = ofDatabase && ofRole ? 'database user' : ofDatabase ? 'database' : 'user'
  }
  const missing: MissingPrivilege[] = [
    ...(missingSchemas ?? []).map(([schema, privilege]) => ({ on: 'schema' as const, schema, privilege })),
    ...(missingTables ?? []).map(([name, privileges]) => ({ on: 'table' as const, table: { schema: 'partman', name }, privileges })),
  ]
  return {
    ...observed,
    settings,
    transactions: observed.transactions ?? [],
    prepared: observed.prepared ?? [],
    slots: observed.slots ?? [],
    missingPrivileges: missing,
  }
}
