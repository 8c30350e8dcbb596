import type { PartmanDocument, TableName } from '../policy/document.js'
import type { Database } from '../sql/database.js'
import { constantSql } from '../sql/sql.js'
import type { Bound } from '../state/bound.js'
import { MARKER_PREFIX, parseMarker } from '../state/marker.js'
import { type Alien, type DetachedPartition, type Partition, type PartitionKey, type State, sameTable, type Table } from '../state/state.js'
import { type DefaultFacts, observeDefaultFacts } from './observe-default-facts.js'
import { observeUnfinishedIndexes } from './observe-unfinished-indexes.js'
import { parseBound } from './parse-bound.js'
import { PARTITION_TREE } from './partition-tree.js'
import { parseTableFacts, TABLE_FACTS, type TableFacts, type TableFactsRow } from './table-facts.js'

/** What one look at the catalog tells. */
export interface Observation {
  readonly state: State
  readonly server: ServerFacts
  /** Version of the bookkeeping in schema `partman`; null where there is none. */
  readonly bookkeepingVersion: number | null
  /** Tables of tenant sets that exist, by set name. */
  readonly tenantSources: ReadonlySet<string>
}

/** What the server tells of itself along with the state. */
export interface ServerFacts {
  /** The database's clock, milliseconds since 1970. */
  readonly now: number
  /** As `server_version_num` has it: 180004 is 18.4. */
  readonly version: number
  /** Locks that the server has room for, of all sessions together. */
  readonly lockCapacity: number
  /** A standby: nothing can be written. */
  readonly inRecovery: boolean
}

/**
 * One statement, whatever the number of tables. A bound has no columns; with the partition's oid, pg_get_expr would wait for
 * whoever has locked it. It takes as long as all the rest: partitions of many parents have the same few bounds, so relations come
 * by their bounds, each of which is put into words once. What only few relations have is looked up for those alone: asked of every
 * leaf, it would cost enough by the planner's reckoning for the server to compile the statement (jit_above_cost), which takes
 * longer than to run it.
 */
const OBSERVE = constantSql(`
${PARTITION_TREE}, owners AS MATERIALIZED (
  SELECT r.oid, r.rolname AS owner, pg_catalog.pg_has_role(r.oid, 'USAGE'::text) AS is_ours FROM pinned CROSS JOIN pg_catalog.pg_roles r
), comments AS MATERIALIZED (
  SELECT d.objoid AS oid, d.description
  FROM pg_catalog.pg_description d
  WHERE d.classoid = 'pg_catalog.pg_class'::regclass::oid AND d.objsubid = 0 AND d.description LIKE '${MARKER_PREFIX}%'
), foreign_tables AS MATERIALIZED (
  SELECT f.ftrelid AS oid, s.srvname AS server
  FROM pg_catalog.pg_foreign_table f JOIN pg_catalog.pg_foreign_server s ON s.oid = f.ftserver
), partitioned AS MATERIALIZED (
  SELECT p.partrelid AS oid,
    pg_catalog.json_build_array(p.partstrat, (
      SELECT pg_catalog.json_agg(a.attname ORDER BY k.position)
      FROM pg_catalog.unnest(p.partattrs::int2[]) WITH ORDINALITY AS k (attnum, position)
      LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = k.attnum AND k.attnum > 0
    ))::text AS key,
    c.relam <> 0::oid OR c.reltablespace <> 0::oid
      OR EXISTS (SELECT FROM pg_catalog.pg_constraint x WHERE x.conrelid = c.oid AND x.contype = 'x'::"char") AS is_beyond_like
  FROM tree t
  JOIN pg_catalog.pg_partitioned_table p ON p.partrelid = t.oid
  JOIN pg_catalog.pg_class c ON c.oid = t.oid
), relations AS (
  SELECT c.relpartbound::text AS bound, pg_catalog.min(c.oid) AS representative, pg_catalog.array_agg(ARRAY[
    c.oid::text, t.parent::text, n.nspname::text, c.relname::text, p.key,
    CASE WHEN t.pending OR d.oid IS NOT NULL OR p.is_beyond_like OR f.oid IS NOT NULL OR NOT o.is_ours THEN pg_catalog.json_build_object(
      'pending', t.pending,
      'marked', d.oid IS NOT NULL,
      'alien', CASE
        WHEN f.oid IS NOT NULL THEN pg_catalog.json_build_array('foreign-table'::text, f.server)
        WHEN NOT o.is_ours THEN pg_catalog.json_build_array('owner'::text, o.owner)
      END,
      'isBeyondLike', COALESCE(p.is_beyond_like, false)
    )::text END
  ]) AS relations
  FROM tree t
  JOIN pg_catalog.pg_class c ON c.oid = t.oid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN owners o ON o.oid = c.relowner
  LEFT JOIN partitioned p ON p.oid = t.oid
  LEFT JOIN comments d ON d.oid = t.oid
  LEFT JOIN foreign_tables f ON f.oid = t.oid
  GROUP BY c.relpartbound::text
), ${TABLE_FACTS}, marked AS (
  SELECT c.oid, pg_catalog.json_build_array(
    c.oid::text, n.nspname, c.relname, d.description,
    CASE WHEN NOT pg_catalog.pg_has_role(c.relowner, 'USAGE'::text) THEN pg_catalog.pg_get_userbyid(c.relowner) END,
    c.relkind = 'p'::"char"
  ) AS relation
  FROM comments d
  JOIN pg_catalog.pg_class c ON c.oid = d.oid AND c.relkind IN ('r', 'p')
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = d.oid)
)
SELECT pg_catalog.json_build_object(
  'now', EXTRACT(EPOCH FROM pg_catalog.clock_timestamp()) * 1000::numeric,
  'version', pg_catalog.current_setting('server_version_num')::int,
  'lockCapacity', pg_catalog.current_setting('max_locks_per_transaction')::bigint
    * (pg_catalog.current_setting('max_connections')::bigint + pg_catalog.current_setting('max_prepared_transactions')::bigint),
  'inRecovery', pg_catalog.pg_is_in_recovery(),
  'bookkeeping', pg_catalog.obj_description(pg_catalog.to_regclass('partman.tenant')::oid, 'pg_class'),
  'relations', (
    SELECT pg_catalog.json_agg(pg_catalog.json_build_array(pg_catalog.pg_get_expr(c.relpartbound, 0::oid), pg_catalog.array_to_json(r.relations)))
    FROM relations r JOIN pg_catalog.pg_class c ON c.oid = r.representative
  ),
  'facts', (SELECT pg_catalog.json_agg(fact) FROM table_facts),
  'marked', (SELECT pg_catalog.json_agg(relation ORDER BY oid) FROM marked),
  'hasInvalidIndexes', EXISTS (SELECT FROM pg_catalog.pg_index x WHERE NOT x.indisvalid),
  'tenantSources', (
    SELECT pg_catalog.json_agg(s.name)
    FROM ROWS FROM (pg_catalog.unnest($3::text[]), pg_catalog.unnest($4::text[]), pg_catalog.unnest($5::text[])) AS s (name, schema, relation)
    JOIN pg_catalog.pg_namespace n ON n.nspname = s.schema
    JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = s.relation
  )
)::text AS observed`)

/** All relations with one bound; those with none are the declared tables, and heirs of the old kind. */
type BoundRow = readonly [bound: string | null, relations: readonly RelationRow[]]

type RelationRow = readonly [oid: string, parent: string | null, schema: string, name: string, key: string | null, traits: string | null]

/** JSON of a relation's strategy (`pg_partitioned_table.partstrat`) and columns; null stands for an expression. */
type KeyRow = readonly [strategy: string, columns: readonly (string | null)[] | null]

/** JSON of what most relations do not have. */
interface Traits {
  readonly pending: boolean
  readonly marked: boolean
  readonly alien: readonly [kind: Alien['kind'], of: string] | null
  readonly isBeyondLike: boolean
}

interface Observed {
  readonly now: number
  readonly version: number
  readonly lockCapacity: number
  readonly inRecovery: boolean
  readonly bookkeeping: string | null
  readonly relations: readonly BoundRow[] | null
  readonly facts: readonly TableFactsRow[] | null
  readonly marked:
    | readonly [oid: string, schema: string, name: string, comment: string, owner: string | null, isPartitioned: boolean][]
    | null
  readonly hasInvalidIndexes: boolean
  readonly tenantSources: readonly string[] | null
}

/**
 * Observes the declared tables and all their partitions, and what stands detached with our marker.
 * To be called outside a transaction of the caller: the pinned settings last until the transaction ends.
 */
export async function observeState(database: Database, document: PartmanDocument): Promise<Observation> {
  const observed = await readCatalog(database, document)
  // A build that is cut off leaves an invalid index, and so does one ON ONLY; where there is neither, nobody has to look.
  const unfinishedIndexes = observed.hasInvalidIndexes ? await observeUnfinishedIndexes(database, document) : []
  const defaults = await observeDefaultFacts(
    database,
    (observed.relations ?? []).flatMap(([bound, relations]) => (bound === 'DEFAULT' ? relations.map(([oid]) => oid) : [])),
  )
  const observation = buildObservation(observed, document, defaults)
  return unfinishedIndexes.length > 0 ? { ...observation, state: { ...observation.state, unfinishedIndexes } } : observation
}

/** The same in one statement, whatever there is: without what is known of indexes and of DEFAULT partitions, which only a plan needs. */
export async function observeTree(database: Database, document: PartmanDocument): Promise<Observation> {
  return buildObservation(await readCatalog(database, document), document, new Map())
}

async function readCatalog(database: Database, document: PartmanDocument): Promise<Observed> {
  const sources = document.tenantSets.flatMap(({ name, source }) => (source ? [{ name, table: source.table }] : []))
  const [row] = await database.query<{ observed: string }>(OBSERVE, [
    document.tables.map(({ table }) => table.schema),
    document.tables.map(({ table }) => table.name),
    sources.map(({ name }) => name),
    sources.map(({ table }) => table.schema),
    sources.map(({ table }) => table.name),
  ])
  return JSON.parse(row?.observed ?? '{}') as Observed
}

function buildObservation(observed: Observed, document: PartmanDocument, defaults: ReadonlyMap<string, DefaultFacts>): Observation {
  return {
    state: {
      tables: buildTables(
        readRelations(observed.relations ?? []),
        parseTableFacts(observed.facts ?? []),
        defaults,
        document.tables.map(({ table }) => table),
      ),
      detached: parseDetached(observed.marked ?? []),
    },
    server: { now: observed.now, version: observed.version, lockCapacity: observed.lockCapacity, inRecovery: observed.inRecovery },
    bookkeepingVersion: parseVersion(observed.bookkeeping),
    tenantSources: new Set(observed.tenantSources),
  }
}

/** The comment of `partman.tenant` says which version of the bookkeeping is installed. */
function parseVersion(comment: string | null): number | null {
  const match = /^partman bookkeeping version (\d+)\b/.exec(comment ?? '')
  return match ? Number(match[1]) : null
}

function parseDetached(rows: Observed['marked']): DetachedPartition[] {
  return (rows ?? []).flatMap(([oid, schema, name, comment, owner, isPartitioned]) => {
    const marker = parseMarker(comment)
    if (!marker || !sameTable(marker.partition, { schema, name })) return []
    const alien = owner === null ? {} : { alien: { kind: 'owner' as const, owner } }
    return [{ oid, schema, name, marker, ...alien, ...(isPartitioned ? { isPartitioned: true as const } : {}) }]
  })
}

const NO_PARTITIONS: readonly Partition[] = []

interface Relation {
  readonly oid: string
  readonly parent: string | null
  readonly schema: string
  readonly name: string
  readonly bound: Bound | null
  readonly partitionBy: PartitionKey | null
  readonly traits: Traits | null
}

/** In the order of their object ids: the same state gives the same plan. */
function readRelations(rows: readonly BoundRow[]): Relation[] {
  // The catalog may have the same bound in several spellings.
  const bounds = new Map<string, Bound>()
  const relations: Relation[] = []
  for (const [text, bearers] of rows) {
    const bound = text === null ? null : (bounds.get(text) ?? parseBound(text))
    if (text !== null && bound) bounds.set(text, bound)
    for (const [oid, parent, schema, name, key, traits] of bearers) {
      relations.push({
        oid,
        parent,
        schema,
        name,
        bound,
        partitionBy: key === null ? null : parseKey(key),
        traits: traits === null ? null : (JSON.parse(traits) as Traits),
      })
    }
  }
  return relations.sort((a, b) => a.oid.length - b.oid.length || (a.oid < b.oid ? -1 : 1))
}

function buildTables(
  relations: readonly Relation[],
  facts: ReadonlyMap<string, TableFacts>,
  defaults: ReadonlyMap<string, DefaultFacts>,
  declared: readonly TableName[],
): Table[] {
  const children = new Map<string | null, Relation[]>()
  for (const relation of relations) {
    const siblings = children.get(relation.parent)
    if (siblings) siblings.push(relation)
    else children.set(relation.parent, [relation])
  }
  const partitionsOf = (parent: string): readonly Partition[] => {
    const partitions: Partition[] = []
    for (const { oid, schema, name, bound, partitionBy, traits } of children.get(parent) ?? []) {
      // Heirs of the old kind have no bound.
      if (bound === null) continue
      const below = partitionBy === null ? NO_PARTITIONS : partitionsOf(oid)
      const partition = { oid, schema, name, bound, partitionBy, partitions: below, detachPending: traits?.pending ?? false }
      const ofDefault = defaults.get(oid)
      const { alien, isBeyondLike } = traits ?? {}
      partitions.push(
        traits || ofDefault
          ? {
              ...partition,
              ...(traits?.marked ? { marked: true as const } : {}),
              ...(alien ? { alien: parseAlien(alien) } : {}),
              ...ofDefault,
              ...(isBeyondLike ? { isBeyondLike: true as const } : {}),
            }
          : partition,
      )
    }
    return partitions
  }
  const order = new Map(declared.map(({ schema, name }, index) => [JSON.stringify([schema, name]), index]))
  return (children.get(null) ?? [])
    .map(({ oid, schema, name, partitionBy, traits }) => ({
      schema,
      name,
      oid,
      partitionBy,
      partitions: partitionsOf(oid),
      ...(traits?.alien ? { alien: parseAlien(traits.alien) } : {}),
      ...(traits?.isBeyondLike ? { isBeyondLike: true as const } : {}),
      ...facts.get(oid),
    }))
    .sort((a, b) => position(order, a) - position(order, b))
}

function parseAlien([kind, of]: NonNullable<Traits['alien']>): Alien {
  return kind === 'owner' ? { kind, owner: of } : { kind, server: of }
}

function position(order: ReadonlyMap<string, number>, { schema, name }: TableName): number {
  return order.get(JSON.stringify([schema, name])) ?? order.size
}

const METHODS: Readonly<Record<string, PartitionKey['method']>> = { r: 'range', l: 'list', h: 'hash' }

function parseKey(json: string): PartitionKey | null {
  const [strategy, columns] = JSON.parse(json) as KeyRow
  const method = METHODS[strategy]
  return method ? { method, columns: columns ?? [] } : null
}
