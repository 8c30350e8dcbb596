import { randomBytes } from 'node:crypto'
import { type Database, literal, type Sql, sql } from '@partman/core'
import { ProblemError } from '../api/problem.js'

export interface ReadLimits {
  /** So many statements run at a time; the others wait for their turn. */
  readonly atOnce: number
  /** How long one may take with its waiting, in milliseconds. */
  readonly timeoutMs: number
  /** Told where a statement could not be cancelled. */
  readonly onTrouble: (error: unknown) => void
}

/** How long a statement of whoever reads may take, unless told otherwise, in milliseconds. */
export const STATEMENT_TIMEOUT_MS = 15_000
const CANCEL_AGAIN_MS = 1_000
/** Whoever comes later is told at once: the last of as many would wait for nothing. */
const MOST_WAITING = 100

/**
 * Its own text tells the session that a statement runs in, whatever pooler is in between; a setting could not, as one that is local to a
 * transaction comes too late for its first statement, and a `Database` sends one at a time.
 * https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADMIN-SIGNAL
 */
const CANCEL = sql`SELECT pg_catalog.pg_cancel_backend(s.pid) AS cancelled FROM pg_catalog.pg_stat_activity s
WHERE s.state = 'active' AND s.datname = pg_catalog.current_database() AND pg_catalog.strpos(s.query, $1) = 1 AND s.pid <> pg_catalog.pg_backend_pid()`

/**
 * A database whose statements are bounded: in how many run at a time, and in how long each takes. What takes too long is cancelled on the server
 * by another connection, and its turn is over only once it has ended there: a server that does not answer is not asked ever more.
 *
 * Its statements throw ProblemError `DATABASE_SLOW`.
 */
export function limitReads(database: Database, { atOnce, timeoutMs, onTrouble }: ReadLimits): Database {
  const waiting = new Set<() => void>()
  let free = atOnce

  function begin(): void {
    const [next] = waiting
    if (next === undefined || free === 0) return
    waiting.delete(next)
    free--
    next()
  }

  return {
    query<Row extends object>(statement: Sql, values?: readonly unknown[]): Promise<Row[]> {
      if (waiting.size >= MOST_WAITING) return Promise.reject(new ProblemError('DATABASE_SLOW', `${MOST_WAITING} others wait already`))
      return new Promise<Row[]>((resolve, reject) => {
        const mark = sql`/* ${literal(`partman read ${randomBytes(8).toString('hex')}`)} */`
        let isSent = false
        let isOver = false
        // One that has not come to the server yet, as it waits for a connection, is met there later.
        const cancel = () => {
          if (isOver) return
          const again = () => {
            if (!isOver) timer = setTimeout(cancel, CANCEL_AGAIN_MS)
          }
          database.query(CANCEL, [mark]).catch(onTrouble).finally(again)
        }
        let timer = setTimeout(() => {
          reject(new ProblemError('DATABASE_SLOW', `The database did not answer within ${timeoutMs} ms`))
          // A turn that has not come is given up.
          if (isSent) cancel()
          else waiting.delete(send)
        }, timeoutMs)
        const end = () => {
          isOver = true
          clearTimeout(timer)
          free++
          begin()
        }
        const send = () => {
          isSent = true
          const sent = async () => database.query<Row>(sql`${mark} ${statement}`, values)
          sent().finally(end).then(resolve, reject)
        }
        waiting.add(send)
        begin()
      })
    },
  }
}
