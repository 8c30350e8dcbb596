import { randomBytes } from 'node:crypto'
import type { Database } from '../sql/database.js'
import { BLOCKER } from '../sql/guarded-block.js'
import { constantSql, type Sql, sql } from '../sql/sql.js'
import type { Blocker } from './blocker.js'
import { pause } from './pause.js'

export interface WatchOptions {
  /** How long it may wait for others without a break, in milliseconds, before it is cancelled. */
  readonly waitMs: number
  /** Ends the statement as soon as it can be. */
  readonly signal: AbortSignal
}

/** What a statement had to wait for. */
export interface Waited {
  readonly waitedMs: number
  /** Those it waited for last. */
  readonly blockers: readonly Blocker[]
}

/** A statement that was cancelled because it waited too long, or was to stop; what it was cut off from is there still. */
export class CutOff extends Error {
  override readonly name = 'CutOff'
  constructor(
    message: string,
    readonly waited: Waited,
    cause: unknown,
  ) {
    super(message, { cause })
  }
}

/** How often somebody looks whether it waits; most are done before the first look. */
const LOOK_EVERY_MS = 250

/** A session that was seen and is not there in so many looks has ended. */
const MISSED_LOOKS = 8

/** Its own text tells the session it runs in, whatever pooler is in between. */
const FIND = constantSql(`FROM pg_catalog.pg_stat_activity s
WHERE s.state = 'active' AND s.datname = pg_catalog.current_database() AND s.query LIKE $1 AND s.pid <> pg_catalog.pg_backend_pid()`)

const OBSERVE_WAIT = sql`SELECT pg_catalog.cardinality(pg_catalog.pg_blocking_pids(s.pid)) > 0 AS waits, (
  SELECT pg_catalog.json_agg(${BLOCKER})::text FROM pg_catalog.unnest(pg_catalog.pg_blocking_pids(s.pid)) AS b (pid)
  JOIN pg_catalog.pg_stat_activity a ON a.pid = b.pid
) AS blockers ${FIND}`

const CANCEL = sql`SELECT pg_catalog.pg_cancel_backend(s.pid) AS cancelled ${FIND}`

/**
 * Sends a statement that no time limit can be local to, because it runs in transactions of its own, and looks after it from another
 * session: it is cancelled when it waits for too long. With a single connection nobody can look, and it waits as long as it takes.
 *
 * @throws CutOff; errors of the driver as they are
 */
export async function sendWatched(database: Database, statement: Sql, { waitMs, signal }: WatchOptions): Promise<Waited> {
  const tag = randomBytes(8).toString('hex')
  const over = new AbortController()
  const pattern = `/* partman ${tag} */%`
  let cancelled: string | undefined
  let waited: Waited = { waitedMs: 0, blockers: [] }

  async function watch(): Promise<void> {
    let since: number | undefined
    let [seen, missed] = [false, 0]
    const everyMs = Math.min(LOOK_EVERY_MS, waitMs)
    for (;;) {
      await (signal.aborted ? pause(everyMs, over.signal) : pause(everyMs, over.signal, signal))
      if (over.signal.aborted) return
      const look = await observeWait()
      const now = performance.now()
      if (look === 'gone') {
        // Looks that fail tell nothing, and a session that was never seen may be one that cannot be.
        if (seen && ++missed >= MISSED_LOOKS) return end(new Error('the session that it ran in is gone'))
        continue
      }
      if (look === undefined) continue
      ;[seen, missed] = [true, 0]
      if (!look.waits) since = undefined
      else {
        since ??= now
        waited = { waitedMs: Math.round(now - since), blockers: look.blockers }
      }
      const isTooLong = since !== undefined && now - since >= waitMs
      if (!isTooLong && !signal.aborted) continue
      cancelled = isTooLong ? `waited for others for ${waited.waitedMs} ms` : 'the run was stopped'
      await database.query(CANCEL, [pattern]).catch(() => undefined)
    }
  }

  /** Whoever waits for a prepared transaction waits for no session that could be described. */
  async function observeWait(): Promise<{ readonly waits: boolean; readonly blockers: readonly Blocker[] } | 'gone' | undefined> {
    try {
      const [row] = await database.query<{ waits: boolean; blockers: string | null }>(OBSERVE_WAIT, [pattern])
      return row ? { waits: row.waits, blockers: JSON.parse(row.blockers ?? '[]') as Blocker[] } : 'gone'
    } catch {
      return undefined
    }
  }

  let end: (error: Error) => void = () => undefined
  const lost = new Promise<never>((_resolve, reject) => {
    end = reject
  })
  const watching = watch()
  const sent = database.query(sql`${constantSql(`/* partman ${tag} */`)} ${statement}`)
  try {
    // A connection that died without a word never answers.
    await Promise.race([sent, lost])
    return waited
  } catch (error) {
    if (cancelled === undefined) throw error
    throw new CutOff(cancelled, waited, error)
  } finally {
    over.abort()
    await watching
    sent.catch(() => undefined)
    lost.catch(() => undefined)
  }
}
