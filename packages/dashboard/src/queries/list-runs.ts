import type { z } from '@hono/zod-openapi'
import { type Finding, formatBlocker, formatBound, type StepReport, sql } from '@partman/core'
import { type Access, isAtLeast, type Role } from '../access/access.js'
import { type Dashboard, visibleTables } from '../api/context.js'
import { ProblemError } from '../api/problem.js'
import type { Run, RunDetail, Step } from '../api/schemas.js'
import { formatCursor, type Page, parseCursor } from './cursor.js'
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
  readonly steps: string | null
  readonly findings: string | null
}

const COLUMNS = sql`r.id::text AS id, r.holder, pg_catalog.to_char(r.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS started_at,
  pg_catalog.to_char(r.finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS finished_at, r.outcome, (r.report -> 'steps')::text AS steps,
  (r.report -> 'findings')::text AS findings`

/** Lists the runs, the last one first. */
export async function listRuns(
  dashboard: Dashboard,
  access: Access,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<Page<z.input<typeof Run>>> {
  const after = parseCursor(cursor, SORTING)
  const rows = await withBookkeeping(() =>
    dashboard.database.query<RunRow>(
      sql`SELECT ${COLUMNS} FROM partman.run r WHERE r.lease = $1 AND ($2::bigint IS NULL OR r.id < $2::bigint) ORDER BY r.id DESC LIMIT $3::int`,
      [leaseName(dashboard.document.partitionSchema), idOf(after?.id ?? null), limit + 1],
    ),
  )
  const items = rows.slice(0, limit).map((row) => describeRun(row, stepsOf(dashboard, access, row)))
  const last = items.at(-1)
  return { items, next: rows.length > limit && last ? formatCursor({ value: null, id: last.id }, SORTING) : null, total: null }
}

/** @throws ProblemError `NOT_FOUND` */
export async function findRun(dashboard: Dashboard, access: Access, id: string): Promise<z.input<typeof RunDetail>> {
  const [row] = /^[1-9]\d{0,17}$/.test(id)
    ? await withBookkeeping(() =>
        dashboard.database.query<RunRow>(sql`SELECT ${COLUMNS} FROM partman.run r WHERE r.lease = $1 AND r.id = $2::bigint`, [
          leaseName(dashboard.document.partitionSchema),
          id,
        ]),
      )
    : []
  if (!row) throw new ProblemError('NOT_FOUND', `There is no run ${JSON.stringify(id)}`)
  const steps = stepsOf(dashboard, access, row)
  const visible = new Set(visibleTables(dashboard, access).map(({ model }) => model))
  const findings = (JSON.parse(row.findings ?? '[]') as Finding[]).filter(({ model }) => visible.has(model))
  return {
    ...describeRun(row, steps),
    steps: steps.map((step) => describeStep(step, access.role)),
    findings: findings.map(describeFinding),
  }
}

/** A cursor of ours has an id in it; what does not is treated as the end of the list. */
function idOf(id: string | null): string | null {
  return id === null || /^\d{1,18}$/.test(id) ? id : '0'
}

function stepsOf(dashboard: Dashboard, access: Access, { steps }: RunRow): StepReport[] {
  const all = JSON.parse(steps ?? '[]') as StepReport[]
  if (!access.roleFor) return all
  const visible = new Set(visibleTables(dashboard, access).map(({ model }) => model))
  return all.filter(({ model }) => visible.has(model))
}

function describeRun(row: RunRow, steps: readonly StepReport[]): z.input<typeof Run> {
  return {
    id: row.id,
    holder: row.holder,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    outcome: row.outcome ?? 'running',
    counts: countSteps(steps),
  }
}

/** How many steps came to what. */
export function countSteps(steps: readonly StepReport[]): z.input<typeof Run>['counts'] {
  const count = (outcome: StepReport['outcome']) => steps.filter((step) => step.outcome === outcome).length
  return { done: count('done'), failed: count('failed'), skipped: count('skipped') }
}

/** A step as the API tells it. */
export function describeStep(step: StepReport, role: Role): z.input<typeof Step> {
  const { kind, model, table, partition, bound, reason, outcome, error, retries = 0, waitedMs = 0, blockers = [] } = step
  return {
    kind,
    model,
    table: { schema: table.schema, name: table.name },
    partition: { schema: partition.schema, name: partition.name },
    bound: formatBound(bound),
    reason,
    outcome,
    error: error ?? null,
    retries,
    waitedMs,
    // What other sessions do may have anything in it.
    blockers: blockers.map((one) => formatBlocker(isAtLeast(role, 'admin') ? one : { ...one, query: null })),
  }
}
