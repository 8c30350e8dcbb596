import { createHash } from 'node:crypto'
import type { z } from '@hono/zod-openapi'
import {
  describeRetention,
  formatTableName,
  isRetirement,
  type Operation,
  PartmanError,
  type Plan,
  planMaintenance,
  type RetentionTerms,
  recordApprovals,
  retentionTerms,
  sameTerms,
  sql,
  type TablePolicy,
} from '@partman/core'
import type { Access } from '../access/access.js'
import { type Dashboard, findTable } from '../api/context.js'
import type { Approval, NewApproval } from '../api/schemas.js'
import { assertAllowed } from './apply-plan.js'
import { describeOperation, visibleDocument } from './resolve-plan.js'
import { withBookkeeping } from './with-bookkeeping.js'

interface Approved {
  readonly retention: RetentionTerms
  readonly approvedAt: string
  readonly approvedBy: string
}

/** Tells the retention of each table that has one, or had one: what is declared, what is in force, and what would go. */
export async function resolveApprovals(dashboard: Dashboard, access: Access): Promise<z.input<typeof Approval>[]> {
  const document = visibleDocument(dashboard, access)
  const { plan, observation } = await planMaintenance(dashboard.database, document, { approved: true })
  const inForce = observation.bookkeepingVersion === null ? new Map<string, Approved>() : await observeApprovals(dashboard)
  return document.tables
    .filter(({ table, policy }) => retentionTerms(policy).some((term) => term !== null) || inForce.has(formatTableName(table)))
    .map((declared) => describe(declared, plan, inForce.get(formatTableName(declared.table))))
}

/**
 * Approves of the retention of a table as it is declared, on behalf of somebody who has seen what would go.
 *
 * @throws PartmanError `PLAN_STALE` where that is no longer the same, `APPROVAL_BLIND`, `BOOKKEEPING_MISSING`
 */
export async function approveRetention(
  dashboard: Dashboard,
  access: Access,
  { model, fingerprint, reason }: z.output<typeof NewApproval>,
  from: string | null,
): Promise<z.input<typeof Approval>> {
  const declared = findTable(dashboard, access, model, 'admin')
  const { plan } = await planMaintenance(dashboard.database, visibleDocument(dashboard, access), { approved: true })
  assertSeen(plan, declared)
  const going = goingOf(plan, declared)
  assertAllowed(dashboard, access, going, () => 'admin')
  if (fingerprintOf(declared, going) !== fingerprint) {
    throw new PartmanError('PLAN_STALE', `What would go of ${model} is no longer what was looked at`, {
      hint: 'Look at what would go now. Nothing was approved of.',
    })
  }
  const terms = {
    table: declared.table,
    retention: retentionTerms(declared.policy),
    partitions: going.map(({ partition }) => partition.oid ?? ''),
  }
  await withBookkeeping(() => recordApprovals(dashboard.database, [terms], access.user, undefined, { reason, from: from ?? undefined }))
  return describe(declared, plan, (await observeApprovals(dashboard)).get(formatTableName(declared.table)))
}

async function observeApprovals({ database }: Dashboard): Promise<ReadonlyMap<string, Approved>> {
  const rows = await withBookkeeping(() =>
    database.query<{ schema: string; name: string; retention: string; approved_at: string; approved_by: string }>(
      sql`SELECT a.table_schema AS schema, a.table_name AS name, a.retention::text AS retention,
  pg_catalog.to_char(a.approved_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS approved_at, a.approved_by FROM partman.approval a`,
    ),
  )
  return new Map(
    rows.map(({ retention, approved_at: approvedAt, approved_by: approvedBy, ...table }) => [
      formatTableName(table),
      { retention: JSON.parse(retention) as RetentionTerms, approvedAt, approvedBy },
    ]),
  )
}

function describe(declared: TablePolicy, plan: Plan, approved: Approved | undefined): z.input<typeof Approval> {
  const going = goingOf(plan, declared)
  const terms = retentionTerms(declared.policy)
  return {
    model: declared.model,
    table: { schema: declared.table.schema, name: declared.table.name },
    declared: describeTerms(terms),
    inForce: approved ? (describeTerms(approved.retention) ?? 'everything') : null,
    isPending: approved === undefined || !sameTerms(approved.retention, terms),
    approvedAt: approved?.approvedAt ?? null,
    approvedBy: approved?.approvedBy ?? null,
    going: going.map(describeOperation),
    fingerprint: fingerprintOf(declared, going),
  }
}

function describeTerms(terms: RetentionTerms): string | null {
  const kept = terms.flatMap((term) => (term === null ? [] : [describeRetention(term)]))
  return kept.length === 0 ? null : kept.join('; ')
}

function goingOf({ operations }: Plan, { model }: TablePolicy): Operation[] {
  return operations.filter((operation) => isRetirement(operation) && operation.model === model)
}

/** Of the terms and of what would go by them, whatever the instant. */
function fingerprintOf({ policy }: TablePolicy, going: readonly Operation[]): string {
  const seen = [retentionTerms(policy), going.map(({ kind, partition }) => `${kind} ${partition.oid}`).sort()]
  return createHash('sha256').update(JSON.stringify(seen)).digest('hex')
}

/** Whoever approves has to see all that goes: what hides some of it comes first. */
function assertSeen({ findings }: Plan, { model }: TablePolicy): void {
  const hiding = findings.find(({ code, severity, model: of }) => {
    const isHiding = severity === 'error' || code === 'SIZES_UNREADABLE' || code === 'DEFAULT_PARTITION_PRESENT'
    return code === 'CLOCKS_DISAGREE' || (isHiding && of === model)
  })
  if (!hiding) return
  throw new PartmanError('APPROVAL_BLIND', `${hiding.message} (${hiding.code}): what would go cannot all be seen`, {
    hint: `${hiding.nextStep} Nothing was approved of.`,
  })
}
