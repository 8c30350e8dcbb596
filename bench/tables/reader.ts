import pg from 'pg'
import { ATTEMPTS } from './attempts.js'

/** A transaction that has read the table and does something else for a while, as a report does. */
export interface Reader {
  /** When it began to hold its locks, by `performance.now()`. */
  readonly begunAt: number
  /** Waits for its end, and tells when that was. */
  readonly ended: Promise<number>
}

export async function startReader(url: string, seconds: number): Promise<Reader> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('BEGIN')
  await client.query(`SELECT count(*) FROM ${ATTEMPTS}`)
  const begunAt = performance.now()
  const hold = async () => {
    await client.query('SELECT pg_sleep($1)', [seconds])
    await client.query('COMMIT')
    const endedAt = performance.now()
    await client.end()
    return endedAt
  }
  return { begunAt, ended: hold() }
}
