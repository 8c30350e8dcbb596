import type { z } from '@hono/zod-openapi'
import { SQLSTATE, sql, sqlState } from '@partman/core'
import type { Dashboard } from '../api/context.js'
import { ProblemError } from '../api/problem.js'
import type { AlertTested } from '../api/schemas.js'
import { withBookkeeping } from './with-bookkeeping.js'

/**
 * Sends a test message on behalf of somebody, once that is on record.
 *
 * @throws ProblemError `NOT_FOUND`, `DATABASE_READ_ONLY`; PartmanError `BOOKKEEPING_MISSING`
 */
export async function testAlerts(
  { database, options: { alerts } }: Dashboard,
  names: readonly string[],
  by: { readonly user: string; readonly from: string | null },
): Promise<z.input<typeof AlertTested>> {
  const unknown = names.find((name) => !alerts?.channels.includes(name))
  if (!alerts || unknown !== undefined) throw new ProblemError('NOT_FOUND', `There is no channel ${JSON.stringify(unknown ?? names[0])}`)
  const channels = alerts.channels.filter((name) => names.includes(name))
  await withBookkeeping(() =>
    database.query(
      sql`INSERT INTO partman.audit (actor, act, table_schema, table_name, subject, details) VALUES ($1, 'test-alert', 'partman', 'alert', $2, $3::text::jsonb)`,
      [by.user, `channels ${channels.join(', ')}`, JSON.stringify({ channels, ...(by.from === null ? {} : { from: by.from }) })],
    ),
  ).catch((error: unknown) => {
    if (sqlState(error) === SQLSTATE.readOnlyTransaction) throw new ProblemError('DATABASE_READ_ONLY', 'Nobody was told anything')
    throw error
  })
  return { channels: await alerts.test(channels) }
}
