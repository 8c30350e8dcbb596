import type { z } from '@hono/zod-openapi'
import { type Finding, formatBlocker, formatBound, literal, type StepReport, sql } from '@partman/core'
import { type Access, isAtLeast, type Role, roleFor } from '../access/access.js'
import { type Dashboard, visibleTables } from '../api/context.js'
import { ProblemError } from '../api/problem.js'
import type { Run, RunDetail, Step } from '../api/schemas.js'
import { formatCursor, type Page, parseCursor } from './cursor.js'
import { describeSqlState } from './describe-sql-state.js'
import { leaseName } from './observe-bookkeeping.js'
import { describeFinding } from './overview.js'
import { withBookkeeping } from './with-bookkeeping.js'

const SORTING = 'runs'

interface RunRow {
  readonly id: string
  readonly holder: string
  readonly started_at: string
  readonly finished_at: string | null
  readonly outcome: 'done' | 'failed' | 'cut-off' | null
  /** How many steps were done, failed and skipped, as JSON. */
  readonly counts: string
}

interface DetailRow extends RunRow {
  readonly steps: string | null
  readonly findings: string | null
}

const count = (outcome: StepReport['outcome']) => sql`pg_catalog.count(*) FILTER (WHERE s.step ->> 'outcome' = ${literal(outcome)})`

/** Of the steps at the tables of the models in $2; null: at all. */
const COLUMNS = sql`r.id::text AS id, r.holder, pg_catalog.to_char(r.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS started_at,
  pg_catalog.to_char(r.finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS finished_at, r.outcome, (
    SELECT pg_catalog.json_build_array(${count('done')}, ${count('failed')}, ${count('skipped')})::text
    FROM pg_catalog.jsonb_array_elements(COALESCE(r.report -> 'steps', '[]'::jsonb)) AS s (step) WHERE $2::text[] IS NULL OR s.step ->> 'model' = ANY ($2::text[])
  ) AS counts`

const LIST = sql`SELECT ${COLUMNS} FROM partman.run r WHERE r.lease = $1 AND ($3::bigint IS NULL OR r.id < $3::bigint) ORDER BY r.id DESC LIMIT $4::int`

const DETAIL = sql`SELECT ${COLUMNS}, (r.report -> 'steps')::text AS steps, (r.report -> 'findings')::text AS findings FROM partman.run r
WHERE r.lease = $1 AND r.id = $3::bigint`

/** Lists the runs, the last one first. What their steps came to is counted where they are. */
export async function listRuns(
  dashboard: Dashboard,
  access: Access,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<Page<z.input<typeof Run>>> {
  const after = parseCursor(cursor, SORTING)
  const values = [leaseName(dashboard.document.partitionSchema), visibleModels(dashboard, access), idOf(after?.id ?? null), limit + 1]
  const rows = await withBookkeeping(() => dashboard.database.query<RunRow>(LIST, values))
  const items = rows.slice(0, limit).map(describeRun)
  const last = items.at(-1)
  return { items, next: rows.length > limit && last ? formatCursor({ value: null, id: last.id }, SORTING) : null, total: null }
}

/** @throws ProblemError `NOT_FOUND` */
export async function findRun(dashboard: Dashboard, access: Access, id: string): Promise<z.input<typeof RunDetail>> {
  const models = visibleModels(dashboard, access)
  const values = [leaseName(dashboard.document.partitionSchema), models, id]
  const [row] = /^[1-9]\d{0,17}$/.test(id) ? await withBookkeeping(() => dashboard.database.query<DetailRow>(DETAIL, values)) : []
  if (!row) throw new ProblemError('NOT_FOUND', `There is no run ${JSON.stringify(id)}`)
  const steps = (JSON.parse(row.steps ?? '[]') as StepReport[]).filter(({ model }) => models === null || models.includes(model))
  const visible = new Set(visibleTables(dashboard, access).map(({ model }) => model))
  const findings = (JSON.parse(row.findings ?? '[]') as Finding[]).filter(({ model }) => visible.has(model))
  return {
    ...describeRun(row),
    steps: steps.map((step) => describeStep(step, roleFor(access, { model: step.model }))),
    findings: findings.map(describeFinding),
  }
}

/** null: those of all tables, of ones that are declared no longer, too. */
function visibleModels(dashboard: Dashboard, access: Access): string[] | null {
  return access.roleFor ? visibleTables(dashboard, access).map(({ model }) => model) : null
}

/** A cursor of ours has an id in it; what does not is treated as the end of the list. */
function idOf(id: string | null): string | null {
  return id === null || /^\d{1,18}$/.test(id) ? id : '0'
}

function describeRun({ counts, outcome, ...row }: RunRow): z.input<typeof Run> {
  const [done, failed, skipped] = JSON.parse(counts) as [number, number, number]
  return {
    id: row.id,
    holder: row.holder,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    outcome: outcome ?? 'running',
    counts: { done, failed, skipped },
  }
}

/** How many steps came to what. */
export function countSteps(steps: readonly StepReport[]): z.input<typeof Run>['counts'] {
  const count = (outcome: StepReport['outcome']) => steps.filter((step) => step.outcome === outcome).length
  return { done: count('done'), failed: count('failed'), skipped: count('skipped') }
}

/** A step as the API tells it to whoever has a role at its table. */
export function describeStep(step: StepReport, role: Role): z.input<typeof Step> {
  const { kind, model, table, partition, bound, reason, outcome, retries = 0, waitedMs = 0, blockers = [] } = step
  return {
    kind,
    model,
    table: { schema: table.schema, name: table.name },
    partition: { schema: partition.schema, name: partition.name },
    bound: formatBound(bound),
    reason,
    outcome,
    error: describeError(step, role),
    retries,
    waitedMs,
    // What other sessions do may have anything in it.
    blockers: blockers.map((one) => formatBlocker(isAtLeast(role, 'admin') ? one : { ...one, query: null })),
  }
}

/** What a driver says may have values of rows in it, which whoever only looks need not see. */
function describeError({ error, sqlState }: StepReport, role: Role): string | null {
  return sqlState === undefined || isAtLeast(role, 'operator') ? (error ?? null) : describeSqlState(sqlState)
}
