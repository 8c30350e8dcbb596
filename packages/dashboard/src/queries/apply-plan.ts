import type { z } from '@hono/zod-openapi'
import { createMaintainer, explainMissing, type Operation, PartmanError, planMaintenance, sql, tenantsOf } from '@partman/core'
import { type Access, isAtLeast, type Role, roleFor, roleForRows } from '../access/access.js'
import type { Dashboard } from '../api/context.js'
import { ProblemError } from '../api/problem.js'
import type { Applied, ApplyPlan } from '../api/schemas.js'
import { countSteps, describeStep } from './list-runs.js'
import { visibleDocument } from './resolve-plan.js'

/** What whoever applies a plan that destroys data has to write. */
const CONFIRMATION = 'destroy'

/**
 * Applies a plan on behalf of somebody, who needs the role for each table that it concerns.
 *
 * @throws PartmanError `PLAN_STALE`, `BOOKKEEPING_MISSING`; ProblemError `FORBIDDEN`, `CONFIRMATION_MISSING`, `MAINTAINER_BUSY`, `DATABASE_READ_ONLY`
 */
export async function applyPlan(
  dashboard: Dashboard,
  access: Access,
  { now, fingerprint, confirm }: z.output<typeof ApplyPlan>,
  from: string | null,
): Promise<z.input<typeof Applied>> {
  const { database, options } = dashboard
  const document = visibleDocument(dashboard, access)
  const { plan } = await planMaintenance(database, document, { at: Date.parse(now) })
  if (plan.fingerprint !== fingerprint) {
    throw new PartmanError('PLAN_STALE', 'The plan no longer fits: the database or the declaration has changed since it was made', {
      hint: 'Look at the plan as it is now, and apply that. Nothing was changed.',
    })
  }
  assertAllowed(dashboard, access, plan.operations)
  const drops = plan.operations.filter(({ destroysData }) => destroysData).length
  if (drops > 0 && confirm !== CONFIRMATION) {
    throw new ProblemError('CONFIRMATION_MISSING', `The plan drops ${drops} partition${drops === 1 ? '' : 's'} with all rows`, {
      hint: `Send "confirm": "${CONFIRMATION}" once somebody has looked at it. Nothing was changed.`,
    })
  }
  const maintainer = createMaintainer({ document, database, hooks: options.hooks ?? {}, logger: dashboard.logger })
  const report = await maintainer.applyPlan({ now, fingerprint }, { actor: access.user })
  if (report.outcome === 'lease-held') throw new ProblemError('MAINTAINER_BUSY', 'Nothing was changed; it may be done in a moment')
  if (report.outcome === 'standby') throw new ProblemError('DATABASE_READ_ONLY', 'Nothing was changed')
  const applied = {
    outcome: report.outcome,
    counts: countSteps(report.steps),
    steps: report.steps.map((step) => describeStep(step, roleFor(access, { model: step.model }))),
  }
  await recordApply(dashboard, access.user, from, plan.operations, { fingerprint, outcome: report.outcome, ...applied.counts })
  return applied
}

/** Also by the tenant, where an operation takes rows of one alone away. */
export function assertAllowed(
  { document }: Pick<Dashboard, 'document'>,
  access: Access,
  operations: readonly Operation[],
  neededFor = ({ destroysData }: Operation): Role => (destroysData ? 'admin' : 'operator'),
): void {
  for (const operation of operations) {
    const { model, destroysData } = operation
    const policy = document.tables.find((one) => one.model === model)?.policy
    const tenant = 'tenant' in operation ? operation.tenant : null
    const needed = neededFor(operation)
    if (isAtLeast(roleForRows(access, model, policy && tenantsOf(policy)?.tenants, tenant), needed)) continue
    throw new ProblemError(
      'FORBIDDEN',
      `The plan ${destroysData ? 'destroys data' : 'changes partitions'} of ${model}, which needs the role ${needed}`,
    )
  }
}

/** One row for each table; what was detached, dropped or moved has its own, written in the transaction of the act. */
async function recordApply(
  { database }: Dashboard,
  actor: string,
  from: string | null,
  operations: readonly Operation[],
  details: object,
): Promise<void> {
  const tables = [...new Map(operations.map(({ table }) => [JSON.stringify([table.schema, table.name]), table])).values()]
  if (tables.length === 0) return
  await database
    .query(
      sql`INSERT INTO partman.audit (actor, act, table_schema, table_name, details)
SELECT $1, 'apply', t.schema, t.name, $4::text::jsonb FROM ROWS FROM (pg_catalog.unnest($2::text[]), pg_catalog.unnest($3::text[])) AS t (schema, name)`,
      [
        actor,
        tables.map(({ schema }) => schema),
        tables.map(({ name }) => name),
        JSON.stringify({ ...details, ...(from === null ? {} : { from }) }),
      ],
    )
    .catch((error: unknown) => {
      throw explainMissing(error)
    })
}
