import { type Database, sql } from '@partman/core'
import { MODEL_OF_A, type Severity } from './alert-rule.js'

/** An alert that is not resolved. */
export interface ActiveAlert {
  readonly id: string
  readonly rule: string
  /** null: of no table, or of several. */
  readonly model: string | null
  /** The highest since it was raised. */
  readonly severity: Severity
  readonly message: string
  readonly nextStep: string
  /** ISO 8601. */
  readonly raisedAt: string
}

/** Reads the alerts of a document that are not resolved, the oldest first. */
export async function observeActiveAlerts(database: Database, partitionSchema: string): Promise<ActiveAlert[]> {
  const rows = await database.query<{ alert: string }>(
    sql`SELECT pg_catalog.json_build_object('id', a.id::text, 'rule', a.rule, 'model', NULLIF(${MODEL_OF_A}, ''), 'severity', a.severity, 'message', a.message,
  'nextStep', a.next_step, 'raisedAt', pg_catalog.to_char(a.raised_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))::text AS alert
FROM partman.alert a WHERE a.partition_schema = $1 AND a.resolved_at IS NULL ORDER BY a.id`,
    [partitionSchema],
  )
  return rows.map(({ alert }) => JSON.parse(alert) as ActiveAlert)
}
