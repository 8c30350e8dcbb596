import type { z } from '@hono/zod-openapi'
import {
  addHold,
  type Database,
  PartmanError,
  parseTenantKey,
  policyLevels,
  type RecordedHold,
  resolveHoldRange,
  sql,
  type TablePolicy,
  tenantsOf,
  writtenInstant,
} from '@partman/core'
import type { NewHold } from '../api/schemas.js'
import { withBookkeeping } from './with-bookkeeping.js'

/**
 * Adds a hold on behalf of somebody.
 *
 * @throws PartmanError `HOLD_INVALID`, `INSTANT_INVALID`, `TENANT_KEY_INVALID`, `BOOKKEEPING_MISSING`
 */
export async function holdRows(
  database: Database,
  declared: TablePolicy,
  { reason, tenant, from, to, until }: z.output<typeof NewHold>,
  by: { readonly user: string; readonly from: string | null },
): Promise<RecordedHold> {
  const { model, policy, table } = declared
  const tenants = tenantsOf(policy)
  if (tenant !== null && !tenants) {
    throw new PartmanError('HOLD_INVALID', `${model} has no partitions by tenant`, {
      hint: 'Leave the tenant out: the hold is on the rows of all.',
    })
  }
  const key = tenant === null || !tenants ? null : parseTenantKey(tenants.by.type, tenant)
  const range = resolveHoldRange(policy, { lower: from, upper: to })
  const [clock] = await database.query<{ now: string }>(
    sql`SELECT pg_catalog.floor(EXTRACT(EPOCH FROM pg_catalog.clock_timestamp()) * 1000::numeric)::text AS now`,
  )
  const end = resolveUntil(declared, until, Number(clock?.now))
  return withBookkeeping(() =>
    addHold(database, { table, tenant: key, ...range, reason, until: end, by: by.user, from: by.from ?? undefined }),
  )
}

function resolveUntil({ policy }: TablePolicy, text: string | null, now: number): string | null {
  if (text === null) return null
  const timeZone = policyLevels(policy).find((level) => level.kind === 'range')?.timeZone ?? 'UTC'
  const instant = writtenInstant({ timeZone }, text)
  if (typeof instant === 'number' && instant > now) return new Date(instant).toISOString()
  throw new PartmanError(
    'INSTANT_INVALID',
    `${JSON.stringify(text)} ${typeof instant === 'number' ? 'is not in the future' : 'is not an instant'}`,
    {
      hint: 'Such as 2028-01-01 or 2028-01-01T12:00:00Z; without it, it holds until it is released.',
    },
  )
}
