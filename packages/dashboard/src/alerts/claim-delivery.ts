import { type Database, literal, sql } from '@partman/core'
import { MODEL_OF_A } from './alert-rule.js'
import type { AlertNotification } from './channel.js'
import { CLAIM_SECONDS, IS_DUE } from './delivery-pause.js'

/** The right to deliver, for a minute. */
export interface ClaimedDelivery {
  readonly notification: AlertNotification
  /** Tells this claim from a later one: whoever comes after a minute has another. */
  readonly claim: string
}

const ISO = (of: 'raised' | 'resolved') =>
  sql`pg_catalog.to_char(${of === 'raised' ? sql`a.raised_at` : sql`a.resolved_at`} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

const CLAIM_OF_D = sql`(EXTRACT(EPOCH FROM d.claimed_at) * 1000000)::bigint::text`

/**
 * What is due is either that an alert is raised, or that one is resolved whose beginning was delivered, or may have been: not before whoever delivers
 * the beginning is done. Those that were tried least come first, so that one that is refused does not stand in the way of others. Who wants the
 * same row waits for the one that has it, and then finds it claimed.
 */
const CLAIM = sql`WITH due AS (
  SELECT a.id, 'raised' AS event, COALESCE(d.attempts, 0) AS attempts
  FROM partman.alert a LEFT JOIN partman.alert_delivery d ON d.alert = a.id AND d.channel = $2 AND d.event = 'raised'
  WHERE a.partition_schema = $1 AND a.resolved_at IS NULL AND ${IS_DUE}
  UNION ALL
  SELECT a.id, 'resolved', COALESCE(d.attempts, 0)
  FROM partman.alert a
  JOIN partman.alert_delivery raised ON raised.alert = a.id AND raised.channel = $2 AND raised.event = 'raised' AND raised.attempts > 0
  LEFT JOIN partman.alert_delivery d ON d.alert = a.id AND d.channel = $2 AND d.event = 'resolved'
  WHERE a.partition_schema = $1 AND a.resolved_at > pg_catalog.clock_timestamp() - interval '7 days' AND ${IS_DUE}
    AND (raised.delivered_at IS NOT NULL OR raised.error IS NOT NULL OR raised.claimed_at IS NULL
      OR raised.claimed_at < pg_catalog.clock_timestamp() - interval ${literal(`${CLAIM_SECONDS} seconds`)})
  ORDER BY attempts, id LIMIT 1
), claimed AS (
  INSERT INTO partman.alert_delivery AS d (alert, channel, event, attempts, claimed_at)
  SELECT id, $2, event, 1, pg_catalog.clock_timestamp() FROM due
  ON CONFLICT (alert, channel, event) DO UPDATE SET attempts = d.attempts + 1, claimed_at = pg_catalog.clock_timestamp(), error = NULL
  WHERE ${IS_DUE}
  RETURNING d.alert, d.event, ${CLAIM_OF_D} AS claim
)
SELECT a.id::text AS id, c.event, c.claim, a.rule, ${MODEL_OF_A} AS model, a.severity, a.message, a.next_step, ${ISO('raised')} AS raised_at, ${ISO('resolved')} AS resolved_at
FROM claimed c JOIN partman.alert a ON a.id = c.alert`

interface ClaimRow {
  readonly id: string
  readonly event: 'raised' | 'resolved'
  readonly claim: string
  readonly rule: string
  readonly model: string
  readonly severity: AlertNotification['severity']
  readonly message: string
  readonly next_step: string
  readonly raised_at: string
  readonly resolved_at: string | null
}

/** Claims one delivery of a channel that is due; undefined where there is none, or somebody else has it. */
export async function claimDelivery(database: Database, partitionSchema: string, channel: string): Promise<ClaimedDelivery | undefined> {
  const [row] = await database.query<ClaimRow>(CLAIM, [partitionSchema, channel])
  if (!row) return undefined
  const { claim, model, next_step, raised_at, resolved_at, ...same } = row
  return {
    claim,
    notification: {
      ...same,
      partitionSchema,
      model: model === '' ? null : model,
      nextStep: next_step,
      raisedAt: raised_at,
      resolvedAt: resolved_at,
    },
  }
}

/**
 * Records what a delivery came to, unless somebody else has claimed it meanwhile. What has got worse since it was claimed is due again at once:
 * whoever saw it rise may not have seen the claim. Holding its row lets no rise go by in between.
 */
export async function settleDelivery(
  database: Database,
  channel: string,
  { notification: { id, event, severity }, claim }: ClaimedDelivery,
  error: string | null,
): Promise<void> {
  await database.query(
    sql`WITH told AS MATERIALIZED (
  SELECT a.id, a.severity = $6 OR $3 = 'resolved' AS is_current FROM partman.alert a WHERE a.id = $1::bigint FOR SHARE
)
UPDATE partman.alert_delivery AS d SET delivered_at = CASE WHEN told.is_current AND $5::text IS NULL THEN pg_catalog.clock_timestamp() END,
  error = CASE WHEN told.is_current THEN $5::text END, claimed_at = CASE WHEN told.is_current THEN d.claimed_at END
FROM told WHERE d.alert = told.id AND d.channel = $2 AND d.event = $3 AND d.delivered_at IS NULL AND ${CLAIM_OF_D} = $4`,
    [id, channel, event, claim, error, severity],
  )
}
