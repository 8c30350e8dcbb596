import { setTimeout } from 'node:timers/promises'
import type pg from 'pg'

/** A client's `end()` resolves before the server's process for it is gone. */
const GRACE_MS = 1_000
const POLL_MS = 10

interface Activity {
  readonly pid: number
  readonly application: string
  readonly state: string | null
  readonly statement: string
}

/**
 * One line for each client session still connected to `database` a second after it could have left, and one when the transaction of the
 * session `own` is open; `own` must be idle.
 */
export async function describeLeaks(server: pg.Client, database: string, own?: pg.Client): Promise<string[]> {
  const ownPid = own === undefined ? undefined : await backendPid(own)
  const deadline = performance.now() + GRACE_MS
  let found = await observeLeaks(server, database, ownPid)
  while (found.some(({ pid }) => pid !== ownPid) && performance.now() < deadline) {
    await setTimeout(POLL_MS)
    found = await observeLeaks(server, database, ownPid)
  }
  return found.map(
    ({ pid, application, state, statement }) =>
      `  ${pid === ownPid ? 'its own session' : 'session'} ${pid}${application === '' ? '' : ` (${application})`}, ` +
      `${state ?? 'starting'}, last statement: ${statement}`,
  )
}

/** The process id from the wire protocol: a query for it would fail in an aborted transaction. */
async function backendPid(own: pg.Client): Promise<number | undefined> {
  const { processID } = own as pg.Client & { processID?: number | null }
  return processID ?? undefined
}

async function observeLeaks(server: pg.Client, database: string, ownPid: number | undefined): Promise<Activity[]> {
  const { rows } = await server.query<Activity>(
    `SELECT pid, application_name AS application, state, left(regexp_replace(query, '\\s+', ' ', 'g'), 200) AS statement
       FROM pg_catalog.pg_stat_activity
      WHERE datname = $1 AND backend_type = 'client backend'
        AND (pid IS DISTINCT FROM $2::int OR state LIKE 'idle in transaction%')
      ORDER BY pid`,
    [database, ownPid ?? null],
  )
  return rows
}
