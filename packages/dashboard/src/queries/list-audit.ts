import type { z } from '@hono/zod-openapi'
import { sql } from '@partman/core'
import type { Access } from '../access/access.js'
import { type Dashboard, visibleTables } from '../api/context.js'
import type { AuditEntry } from '../api/schemas.js'
import { formatCursor, type Page, parseCursor } from './cursor.js'
import { withBookkeeping } from './with-bookkeeping.js'

const SORTING = 'audit'

export interface AuditAsked {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly act?: string | undefined
  readonly model?: string | undefined
  readonly actor?: string | undefined
}

interface AuditRow {
  readonly id: string
  readonly at: string
  readonly actor: string
  readonly act: string
  readonly table_schema: string
  readonly table_name: string
  readonly subject: string | null
  readonly details: string
  readonly reason: string | null
}

const SELECT = sql`SELECT a.id::text AS id, pg_catalog.to_char(a.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at, a.actor, a.act, a.table_schema, a.table_name, a.subject,
  a.details::text AS details, a.reason
FROM partman.audit a
WHERE ($1::bigint IS NULL OR a.id < $1::bigint) AND ($2::text IS NULL OR a.act = $2::text) AND ($3::text IS NULL OR a.actor = $3::text)
  AND ($4::text[] IS NULL OR EXISTS (
    SELECT FROM ROWS FROM (pg_catalog.unnest($4::text[]), pg_catalog.unnest($5::text[])) AS v (schema, name) WHERE v.schema = a.table_schema AND v.name = a.table_name))
ORDER BY a.id DESC LIMIT $6::int`

/** Lists what was done, the last first. Acts on tables that are declared no longer are for those who may see every table. */
export async function listAudit(dashboard: Dashboard, access: Access, asked: AuditAsked): Promise<Page<z.input<typeof AuditEntry>>> {
  const after = parseCursor(asked.cursor, SORTING)
  const visible = visibleTables(dashboard, access).filter(({ model }) => asked.model === undefined || model === asked.model)
  const isWhole = asked.model === undefined && !access.roleFor
  const rows = await withBookkeeping(() =>
    dashboard.database.query<AuditRow>(SELECT, [
      after === null ? null : /^\d{1,18}$/.test(after.id) ? after.id : '0',
      asked.act ?? null,
      asked.actor ?? null,
      isWhole ? null : visible.map(({ table }) => table.schema),
      isWhole ? null : visible.map(({ table }) => table.name),
      asked.limit + 1,
    ]),
  )
  const items = rows.slice(0, asked.limit).map(describe)
  const last = items.at(-1)
  return { items, next: rows.length > asked.limit && last ? formatCursor({ value: null, id: last.id }, SORTING) : null, total: null }
}

function describe({ table_schema, table_name, details, ...row }: AuditRow): z.input<typeof AuditEntry> {
  return { ...row, table: { schema: table_schema, name: table_name }, details: JSON.parse(details) as Record<string, unknown> }
}
