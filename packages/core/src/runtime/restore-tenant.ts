import { observeState } from '../catalog/observe-state.js'
import { observeTenants } from '../catalog/observe-tenants.js'
import { PartmanError } from '../error.js'
import { type PartmanDocument, parseDocument, type TableName } from '../policy/document.js'
import type { Database } from '../sql/database.js'
import { type Fence, lockLimited } from '../sql/guarded-block.js'
import { lockTenant } from '../sql/removed-tenant.js'
import { renderRegistration } from '../sql/render-registration.js'
import { constantSql, literal, qualified, type Sql, sql } from '../sql/sql.js'
import { formatMarker } from '../state/marker.js'
import { formatTableName, type Partition, type RetiredMarker, sameTable } from '../state/state.js'
import type { ApplyOptions } from './apply-operation.js'
import { findMarked, type MarkedTable } from './find-detached.js'
import { findTenant, ownPartitions, type PartitionOfTenant } from './foresee-removal.js'
import { acquireLease, holderName, isLeaseHeld, type Lease, leaseName, returnLease } from './lease.js'
import { pause } from './pause.js'
import type { TenantToRemove } from './remove-tenant.js'
import { restoreMarked } from './restore-detached.js'
import { retryOnLocks } from './retry.js'
import { SQLSTATE, sqlState } from './sql-state.js'

/** How patiently a tenant is taken back. */
export interface RestoreTenantOptions extends ApplyOptions {
  /** How long to wait for a run of a maintainer to end, in milliseconds. Default 10,000. */
  readonly waitMs?: number
  /** The instant around which missing windows are made, in milliseconds since 1970. Default: now, by the database's clock. */
  readonly now?: number
}

/** What was done to take a tenant back. */
export interface RestoredTenant {
  /** Whether it was removed; otherwise nothing but its missing partitions was made. */
  readonly wasRemoved: boolean
  /** The partitions that were attached again. */
  readonly attached: readonly PartitionOfTenant[]
}

const LEASE_TTL_MS = 60_000
const LOOK_AGAIN_MS = 200

/** From here on no step that was planned before is done, and whatever stands detached has its whole grace period before it again. */
const BEGIN = sql`UPDATE partman.removal SET grace_from = pg_catalog.clock_timestamp() WHERE partition_schema = $1 AND tenants = $2 AND key = $3 RETURNING removed_at::text AS removed_at`

const OWNERS =
  constantSql(`SELECT c.relowner::text AS owner FROM pg_catalog.unnest($1::text[]) AS name JOIN pg_catalog.pg_class c ON c.oid = pg_catalog.to_regclass(name)::oid
  UNION SELECT current_user::regrole::oid::text`)

const END = sql`WITH held AS MATERIALIZED (
  SELECT ${lockTenant(constantSql('$2::text'), constantSql('$3::text'))} FROM partman.lease l WHERE ${isLeaseHeld('$7', '$8', '$9')} FOR UPDATE
), restored AS (
  DELETE FROM partman.removal r USING held WHERE r.partition_schema = $1 AND r.tenants = $2 AND r.key = $3 AND r.removed_at::text = $11 RETURNING r.key
), asked_anew AS (
  UPDATE partman.hook_call SET stale = true FROM restored WHERE partition = ANY ($6::text[]::oid[])
), told AS (
  INSERT INTO partman.audit (actor, act, table_schema, table_name, subject, details, reason)
  SELECT $4, 'restore-tenant', 'partman', 'removal', $2::text || ' ' || $3::text,
    pg_catalog.jsonb_build_object('tenants', $2::text, 'key', $3::text, 'attached', $10::text::jsonb) || pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('from', $12::text)), $5 FROM restored
)
SELECT EXISTS (SELECT FROM held) AS held, EXISTS (SELECT FROM restored) AS restored`

/**
 * Takes a tenant back that was removed: attaches its partitions again that were detached since, or moved, and makes what is missing beside
 * them; what was dropped is gone. No maintainer works meanwhile, so none is at work on one of them. Safe to repeat where it fails on the
 * way: the tenant stays removed until all that is left of it is attached, and its grace period counts anew from each attempt on.
 *
 * @throws PartmanError `TENANT_SET_UNKNOWN`, `TENANT_KEY_INVALID`, `TENANT_UNKNOWN`, `LEASE_HELD`, `RESTORE_REFUSED`, `BOOKKEEPING_MISSING`
 */
export async function restoreTenant(
  database: Database,
  given: PartmanDocument,
  request: TenantToRemove,
  options: RestoreTenantOptions,
): Promise<RestoredTenant> {
  const document = parseDocument(given)
  const { key, ofSet } = findTenant(document, request)
  const restoration = new Restoration(database, document, ofSet, key, request, options)
  return restoration.run()
}

class Restoration {
  constructor(
    readonly database: Database,
    readonly document: PartmanDocument,
    readonly ofSet: PartmanDocument,
    readonly key: string,
    readonly request: TenantToRemove,
    readonly options: RestoreTenantOptions,
  ) {}

  get #names(): readonly [partitionSchema: string, tenants: string, key: string] {
    return [this.document.partitionSchema, this.request.tenants, this.key]
  }

  async run(): Promise<RestoredTenant> {
    // Whoever removes it anew from here on is not overruled; another restoration, which moves its grace period, says the same as this one.
    const removedAt = await this.#begin()
    if (removedAt === undefined) return this.#registerOnly()
    const lease = await this.#waitForLease()
    try {
      const stillAt = await this.#begin()
      if (stillAt === undefined) return await this.#registerOnly()
      if (stillAt !== removedAt) throw removedAnew(this.key)
      const attached = await this.#attachAll(lease, removedAt)
      await this.#register()
      return { wasRemoved: true, attached }
    } finally {
      await returnLease(this.database, lease)
    }
  }

  async #begin(): Promise<string | undefined> {
    const [row] = await this.database.query<{ removed_at: string }>(BEGIN, this.#names)
    return row?.removed_at
  }

  async #registerOnly(): Promise<RestoredTenant> {
    await this.#assertKnown()
    await this.#register()
    return { wasRemoved: false, attached: [] }
  }

  async #attachAll(lease: Lease, removedAt: string): Promise<PartitionOfTenant[]> {
    const { database, document, ofSet, key, request, options } = this
    const fence = { lease: lease.name, holder: lease.holder, token: lease.token, leaseTtlMs: LEASE_TTL_MS }
    // A detach that its maintainer has left behind in the queue comes before this, and is seen.
    const before = await observeState(database, ofSet)
    const locks = before.state.tables.map((table) => sql`LOCK TABLE ONLY ${qualified(table)} IN SHARE UPDATE EXCLUSIVE MODE;`)
    await this.#send(fence, locks)
    const found = await observeState(database, ofSet)
    for (const { table, partition } of ownPartitions(found.state.tables, key)) {
      if (partition.detachPending) await this.#send(fence, renderFinalize(table, partition, { tenant: key, removed: request.tenants }))
    }
    const { state } = await observeState(database, ofSet)
    const owners = await this.#owners(state.tables)
    const marked = (await findMarked(database)).filter(
      // Whoever may make a table may write a mark on it.
      ({ marker, owner }) =>
        owners.has(owner) && marker.removed === request.tenants && marker.tenant === key && sameTable(marker.parent, marker.table),
    )
    const foreign = marked.filter(({ marker }) => !document.tables.some(({ table }) => sameTable(table, marker.table)))
    const refusals = foreign
      .filter(({ marker }) => marker.partition.schema === document.partitionSchema)
      .map((one) => `${formatTableName(one)} was a partition of ${formatTableName(one.marker.table)}, which is not declared here`)
    const attached: { table: TableName; partition: TableName; oid: string }[] = []
    for (const one of marked) {
      if (!ofSet.tables.some(({ table }) => sameTable(table, one.marker.table))) continue
      const refusal = await this.#attach(one, fence, state.tables)
      if (refusal === undefined)
        attached.push({ table: one.marker.table, partition: { schema: document.partitionSchema, name: one.name }, oid: one.oid })
      else refusals.push(refusal)
    }
    if (refusals.length > 0) throw incomplete(key, refusals)
    const names = attached.map(({ table, partition }) => ({ table, partition }))
    const asked = [...ownPartitions(state.tables, key).map(({ partition }) => partition.oid), ...attached.map(({ oid }) => oid)]
    const { name, holder, token } = lease
    const values = [
      ...this.#names,
      request.by,
      request.reason,
      asked,
      name,
      holder,
      token,
      JSON.stringify(names),
      removedAt,
      request.from ?? null,
    ]
    const [ended] = await retryOnLocks(() => database.query<{ held: boolean; restored: boolean }>(END, values), options)
    if (!ended?.held) throw leaseHeld()
    if (!ended.restored) throw removedAnew(key)
    return names
  }

  /** Attaches one; tells why that cannot be. What has to do with the lease, or the connection, ends all of it. */
  async #attach(one: MarkedTable, fence: Fence, tables: Parameters<typeof restoreMarked>[3]): Promise<string | undefined> {
    const { database, document, request, options } = this
    try {
      await restoreMarked(database, document, one, tables, { until: null, by: request.by, isFree: true }, { ...options, fence })
      return undefined
    } catch (error) {
      if (error instanceof PartmanError && error.code === 'RESTORE_REFUSED') return error.message
      throw explainLost(error)
    }
  }

  /** The roles whose tables may be attached: those that own the declared ones, and the one that attaches. */
  async #owners(tables: readonly TableName[]): Promise<ReadonlySet<string>> {
    const rows = await this.database.query<{ owner: string }>(OWNERS, [tables.map((table) => qualified(table))])
    return new Set(rows.map(({ owner }) => owner))
  }

  async #send(fence: Fence, statements: readonly Sql[]): Promise<void> {
    try {
      await retryOnLocks(() => this.database.query(lockLimited(statements, { ...this.options, fence })), this.options)
    } catch (error) {
      throw explainLost(error)
    }
  }

  async #assertKnown(): Promise<void> {
    const { database, ofSet, key, request } = this
    const known = await observeTenants(database, ofSet, await observeState(database, ofSet))
    if (known.tenants.get(request.tenants)?.includes(key)) return
    throw new PartmanError('TENANT_UNKNOWN', `There is no tenant ${JSON.stringify(key)} of ${request.tenants}`, {
      hint: '`partman tenants list` shows those that there are, and those that were removed.',
    })
  }

  async #register(): Promise<void> {
    const { database, document, request, options } = this
    const now = options.now ?? (await observeState(database, { ...document, tables: [] })).server.now
    const registration = renderRegistration(document, request.tenants, request.key, { now, lockTimeoutMs: options.lockTimeoutMs })
    await retryOnLocks(() => database.query(registration), options)
  }

  async #waitForLease(): Promise<Lease> {
    const { database, document, options } = this
    const holder = holderName()
    const deadline = performance.now() + (options.waitMs ?? 10_000)
    for (;;) {
      const lease = await acquireLease(database, leaseName(document), holder, LEASE_TTL_MS)
      if (lease) return lease
      if (performance.now() >= deadline) throw leaseHeld()
      await pause(LOOK_AGAIN_MS)
    }
  }
}

/** Ends a detach that was begun, and marks what it leaves, as whoever has begun it may not have done. */
function renderFinalize(table: TableName, { schema, name, bound }: Partition, of: Pick<RetiredMarker, 'tenant' | 'removed'>): Sql[] {
  const partition = { schema, name }
  const marker = formatMarker({ table, partition, parent: table, bound, ...of, retiredAt: new Date().toISOString() })
  return [
    sql`COMMENT ON TABLE ${qualified(partition)} IS ${literal(marker)};`,
    sql`ALTER TABLE ${qualified(table)} DETACH PARTITION ${qualified(partition)} FINALIZE;`,
  ]
}

const STAYS = 'The tenant stays removed, and its grace period counts anew from now on'

function explainLost(error: unknown): unknown {
  return sqlState(error) === SQLSTATE.leaseLost ? leaseHeld() : error
}

function leaseHeld(): PartmanError {
  return new PartmanError('LEASE_HELD', 'A maintainer is at work, and the tenant is to be taken back between two of its runs', {
    hint: `Try again in a moment; \`partman status\` shows who holds the lease. ${STAYS}.`,
  })
}

function removedAnew(key: string): PartmanError {
  return incomplete(key, ['somebody has removed it anew meanwhile'])
}

function incomplete(key: string, refusals: readonly string[]): PartmanError {
  const [first, ...others] = refusals
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  return new PartmanError('RESTORE_REFUSED', `Not all of the tenant ${JSON.stringify(key)} can be attached again: ${first}${more}`, {
    hint: `${STAYS}: \`partman hold add <Model> --tenant <key>\` keeps it for longer. Mend what is in the way, and restore it again.`,
  })
}
