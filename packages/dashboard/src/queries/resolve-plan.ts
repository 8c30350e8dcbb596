import type { z } from '@hono/zod-openapi'
import { formatBound, type Operation, type Plan, planMaintenance } from '@partman/core'
import type { Access } from '../access/access.js'
import { type Dashboard, visibleTables } from '../api/context.js'
import type { Finding, Operation as OperationSchema, Plan as PlanSchema } from '../api/schemas.js'
import { describeFinding } from './overview.js'

/** The part of the document that somebody may see; their plan is made of it, and of nothing else. */
export function visibleDocument(dashboard: Dashboard, access: Access): Dashboard['document'] {
  return { ...dashboard.document, tables: visibleTables(dashboard, access) }
}

/** Plans what maintenance would do now. */
export async function resolvePlan(dashboard: Dashboard, access: Access): Promise<z.input<typeof PlanSchema>> {
  const { plan, observation } = await planMaintenance(dashboard.database, visibleDocument(dashboard, access))
  return describePlan(plan, observation.bookkeepingVersion === null)
}

function describePlan({ now, fingerprint, operations, findings }: Plan, lacksBookkeeping: boolean): z.input<typeof PlanSchema> {
  return {
    now,
    fingerprint,
    operations: operations.map(describeOperation),
    findings: [...(lacksBookkeeping ? [BOOKKEEPING_MISSING] : []), ...findings.map(describeFinding)],
    destroysData: operations.some(({ destroysData }) => destroysData),
  }
}

const BOOKKEEPING_MISSING: z.input<typeof Finding> = {
  code: 'BOOKKEEPING_MISSING',
  severity: 'error',
  model: null,
  table: null,
  declaredAt: '',
  message: 'The database has no partman bookkeeping yet',
  nextStep: 'Run `partman migrate --name <name>`, then `prisma migrate deploy`.',
}

/** An operation as the API tells it. */
export function describeOperation(operation: Operation): z.input<typeof OperationSchema> {
  const { kind, model, table, partition, reason, transactional, destroysData, locks } = operation
  return {
    kind,
    model,
    table: { schema: table.schema, name: table.name },
    partition: { schema: partition.schema, name: partition.name },
    bound: formatBound('bound' in partition ? partition.bound : partition.marker.bound),
    reason,
    transactional,
    destroysData,
    locks: locks.map(({ mode, on }) => ({ mode, on: { schema: on.schema, name: on.name } })),
  }
}
