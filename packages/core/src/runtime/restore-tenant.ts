import { observeState } from '../catalog/observe-state.js'
import { observeTenants } from '../catalog/observe-tenants.js'
import { PartmanError } from '../error.js'
import { type PartmanDocument, parseDocument, type TableName } from '../policy/document.js'
import type { Database } from '../sql/database.js'
import { lockLimited } from '../sql/guarded-block.js'
import { lockTenant } from '../sql/removed-tenant.js'
import { renderRegistration } from '../sql/render-registration.js'
import { constantSql, literal, qualified, type Sql, sql } from '../sql/sql.js'
import { formatMarker } from '../state/marker.js'
import type { Partition } from '../state/state.js'
import type { ApplyOptions } from './apply-operation.js'
import { acquireLease, holderName, type Lease, leaseName, releaseLease, renewLease } from './lease.js'
import { pause } from './pause.js'
import { findTenant, type PartitionOfTenant, partitionsOf, type TenantToRemove } from './remove-tenant.js'
import { restoreMarked } from './restore-detached.js'
import { retryOnLocks } from './retry.js'

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

const RECORD = sql`WITH locked AS MATERIALIZED (
  SELECT ${lockTenant(constantSql('$1::text'), constantSql('$2::text'))}
), restored AS (
  UPDATE partman.tenant t SET removed_at = NULL FROM locked WHERE tenants = $1 AND key = $2 AND removed_at IS NOT NULL RETURNING tenants, key
), asked_anew AS (
  DELETE FROM partman.hook_call WHERE partition = ANY ($5::text[]::oid[])
)
INSERT INTO partman.audit (actor, act, table_schema, table_name, subject, details, reason)
SELECT $3, 'restore-tenant', 'partman', 'tenant', tenants || ' ' || key,
  pg_catalog.jsonb_build_object('tenants', tenants, 'key', key, 'attached', $6::text::jsonb), $4 FROM restored`

/**
 * Takes a tenant back that was removed: attaches its partitions again that stand detached, and makes what is missing beside them; what was dropped is
 * gone. No maintainer works meanwhile, so none is at work on one of them. Safe to repeat where it fails on the way: the tenant stays removed
 * until all that is left of it is attached.
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
  const lease = await waitForLease(database, document, options.waitMs ?? 10_000)
  try {
    return await restoreUnder(lease, { database, document, ofSet, key, request, options })
  } finally {
    await releaseLease(database, lease, null)
  }
}

interface Restoration {
  readonly database: Database
  readonly document: PartmanDocument
  readonly ofSet: PartmanDocument
  readonly key: string
  readonly request: TenantToRemove
  readonly options: RestoreTenantOptions
}

async function restoreUnder(lease: Lease, { database, document, ofSet, key, request, options }: Restoration): Promise<RestoredTenant> {
  const { tenants, reason, by } = request
  const assertHeld = async () => {
    if (!(await renewLease(database, lease, LEASE_TTL_MS))) throw leaseHeld()
  }
  let observation = await observeState(database, ofSet)
  const known = await observeTenants(database, ofSet, observation)
  const wasRemoved = known.removed.get(tenants)?.has(key) === true
  if (!wasRemoved && !known.tenants.get(tenants)?.includes(key)) {
    throw new PartmanError('TENANT_UNKNOWN', `There is no tenant ${JSON.stringify(key)} of ${tenants}`, {
      hint: '`partman tenants list` shows those that there are, and those that were removed.',
    })
  }
  const attached: PartitionOfTenant[] = []
  if (wasRemoved) {
    const begun = partitionsOf(ofSet, observation.state, key).attached.filter(({ partition }) => partition.detachPending)
    for (const { table, partition } of begun) {
      await assertHeld()
      await retryOnLocks(() => database.query(lockLimited(renderFinalize(table, partition), options)), options)
    }
    if (begun.length > 0) observation = await observeState(database, ofSet)
    const found = partitionsOf(ofSet, observation.state, key)
    for (const { schema, name, oid, marker } of found.detached) {
      await assertHeld()
      const marked = { schema, name, oid, marker, comment: formatMarker(marker) }
      const terms = { until: null, by, isFree: true as const }
      const { table, partition } = await restoreMarked(database, document, marked, observation.state.tables, terms, options)
      attached.push({ table, partition })
    }
    await assertHeld()
    const asked = [...found.attached.map(({ partition }) => partition.oid), ...found.detached.map(({ oid }) => oid)]
    const names = attached.map(({ partition }): TableName => partition)
    await database.query(RECORD, [tenants, key, by, reason, asked, JSON.stringify(names)])
  }
  const registration = renderRegistration(document, tenants, request.key, {
    now: options.now ?? observation.server.now,
    lockTimeoutMs: options.lockTimeoutMs,
  })
  await retryOnLocks(() => database.query(registration), options)
  return { wasRemoved, attached }
}

/** Ends a detach that was begun, and marks what it leaves, as whoever has begun it may not have done. */
function renderFinalize(table: TableName, { schema, name, bound }: Partition): Sql[] {
  const marker = formatMarker({ table, partition: { schema, name }, parent: table, bound, retiredAt: new Date().toISOString() })
  return [
    sql`COMMENT ON TABLE ${qualified({ schema, name })} IS ${literal(marker)};`,
    sql`ALTER TABLE ${qualified(table)} DETACH PARTITION ${qualified({ schema, name })} FINALIZE;`,
  ]
}

async function waitForLease(database: Database, document: PartmanDocument, waitMs: number): Promise<Lease> {
  const holder = holderName()
  const deadline = performance.now() + waitMs
  for (;;) {
    const lease = await acquireLease(database, leaseName(document), holder, LEASE_TTL_MS)
    if (lease) return lease
    if (performance.now() >= deadline) throw leaseHeld()
    await pause(LOOK_AGAIN_MS)
  }
}

function leaseHeld(): PartmanError {
  return new PartmanError('LEASE_HELD', 'A maintainer is at work, and the tenant is to be taken back between two of its runs', {
    hint: 'Try again in a moment. `partman status` shows who holds the lease. What was attached by now stays so.',
  })
}
