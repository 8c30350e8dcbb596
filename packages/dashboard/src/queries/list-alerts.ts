import type { z } from '@hono/zod-openapi'
import { sql } from '@partman/core'
import type { Access } from '../access/access.js'
import { MODEL_OF_A } from '../alerts/alert-rule.js'
import { type Dashboard, visibleTables } from '../api/context.js'
import type { Alert } from '../api/schemas.js'
import { formatCursor, type Page, parseCursor } from './cursor.js'
import { withBookkeeping } from './with-bookkeeping.js'

export interface AlertsAsked {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly state?: 'active' | 'resolved' | undefined
}

const iso = (of: 'raised' | 'seen' | 'resolved' | 'claimed' | 'delivered') => {
  const columns = {
    raised: sql`a.raised_at`,
    seen: sql`a.seen_at`,
    resolved: sql`a.resolved_at`,
    claimed: sql`d.claimed_at`,
    delivered: sql`d.delivered_at`,
  }
  return sql`pg_catalog.to_char(${columns[of]} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
}

const SELECT = sql`SELECT pg_catalog.json_build_object('id', a.id::text, 'rule', a.rule, 'model', NULLIF(${MODEL_OF_A}, ''), 'severity', a.severity,
  'message', a.message, 'nextStep', a.next_step, 'raisedAt', ${iso('raised')}, 'seenAt', ${iso('seen')}, 'resolvedAt', ${iso('resolved')},
  'deliveries', COALESCE((
    SELECT pg_catalog.json_agg(pg_catalog.json_build_object('channel', d.channel, 'event', d.event,
      'state', CASE WHEN d.delivered_at IS NOT NULL THEN 'delivered' WHEN d.error IS NOT NULL THEN 'failed' ELSE 'under-way' END,
      'attempts', d.attempts, 'triedAt', ${iso('claimed')}, 'deliveredAt', ${iso('delivered')}, 'error', d.error) ORDER BY d.event, d.channel)
    FROM partman.alert_delivery d WHERE d.alert = a.id), '[]'))::text AS alert
FROM partman.alert a
WHERE a.partition_schema = $1 AND ($2::text[] IS NULL OR ${MODEL_OF_A} = ANY ($2::text[]))
  AND ($3::text IS NULL OR (a.resolved_at IS NOT NULL) = ($3::text = 'resolved'))
  AND ($4::int IS NULL OR ((a.resolved_at IS NOT NULL)::int, -a.id) > ($4::int, -$5::bigint))
ORDER BY a.resolved_at IS NOT NULL, a.id DESC LIMIT $6::int`

/** Lists alerts and whom they were told to. Those of no table, and of one that is declared no longer, are for those who may see every table. */
export async function listAlerts(
  dashboard: Dashboard,
  access: Access,
  { limit, cursor, state }: AlertsAsked,
): Promise<Page<z.input<typeof Alert>>> {
  const sorting = `alerts ${state ?? 'all'}`
  const after = parseCursor(cursor, sorting)
  const rows = await withBookkeeping(() =>
    dashboard.database.query<{ alert: string }>(SELECT, [
      dashboard.document.partitionSchema,
      access.roleFor ? visibleTables(dashboard, access).map(({ model }) => model) : null,
      state ?? null,
      after === null ? null : after.value === 1 ? 1 : 0,
      after === null ? null : /^\d{1,18}$/.test(after.id) ? after.id : '0',
      limit + 1,
    ]),
  )
  const items = rows.slice(0, limit).map(({ alert }) => JSON.parse(alert) as z.input<typeof Alert>)
  const last = items.at(-1)
  const next = rows.length > limit && last ? formatCursor({ value: last.resolvedAt === null ? 0 : 1, id: last.id }, sorting) : null
  return { items, next, total: null }
}
