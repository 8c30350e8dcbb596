import { createHash, randomUUID } from 'node:crypto'
import { type Database, sql } from '@partman/core'
import { ProblemError } from '../api/problem.js'
import { withBookkeeping } from './with-bookkeeping.js'

/** A request with an idempotency key. */
export interface KeyedRequest {
  /** Of which dashboard: several may be on one database. */
  readonly dashboard: string
  /** Keys of different users are different ones. */
  readonly user: string
  readonly key: string
  /** What is asked of whom, in which role: a key belongs to one request. */
  readonly role: string
  readonly path: string
  readonly body: string
}

/** How long an answer is kept, as PostgreSQL reads it. */
const KEPT = sql`interval '24 hours'`

/**
 * Answers a request once: whoever sends it again within 24 hours gets the first answer, also from another process. What was refused was not
 * done, and its key is free again; where nobody knows what was done, the key stays taken.
 *
 * @throws ProblemError `IDEMPOTENCY_KEY_REUSED`, `IDEMPOTENCY_KEY_BUSY`; PartmanError `BOOKKEEPING_MISSING`
 */
export async function answerOnce<Answer>(
  database: Database,
  { dashboard, user, key, role, path, body }: KeyedRequest,
  isRefusal: (error: unknown) => boolean,
  answer: () => Promise<Answer>,
): Promise<{ readonly answer: Answer; readonly isReplay: boolean }> {
  const request: Keyed = { digest: digestOf([dashboard, user, key]), hash: digestOf([role, path, body]), claim: randomUUID() }
  if (!(await withBookkeeping(() => takeKey(database, request)))) return { answer: await replay<Answer>(database, request), isReplay: true }
  try {
    const given = await answer()
    await recordAnswer(database, request, given)
    return { answer: given, isReplay: false }
  } catch (error) {
    if (isRefusal(error)) await freeKey(database, request)
    throw error
  }
}

interface Keyed {
  readonly digest: string
  readonly hash: string
  readonly claim: string
}

function digestOf(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

/** Takes the key, unless somebody has it: whoever comes at the same moment waits for the row, and then finds it taken. */
async function takeKey(database: Database, { digest, hash, claim }: Keyed): Promise<boolean> {
  const rows = await database.query(
    sql`INSERT INTO partman.request AS r (digest, hash, claim) VALUES ($1, $2, $3::uuid)
ON CONFLICT (digest) DO UPDATE SET hash = excluded.hash, claim = excluded.claim, asked_at = excluded.asked_at, answer = NULL
WHERE r.asked_at < pg_catalog.clock_timestamp() - ${KEPT}
RETURNING 1 AS taken`,
    [digest, hash, claim],
  )
  return rows.length > 0
}

async function replay<Answer>(database: Database, { digest, hash }: Keyed): Promise<Answer> {
  const [row] = await database.query<{ hash: string; answer: string | null }>(
    sql`SELECT r.hash, r.answer FROM partman.request r WHERE r.digest = $1`,
    [digest],
  )
  if (row && row.hash !== hash) throw new ProblemError('IDEMPOTENCY_KEY_REUSED', 'Choose a new key for a new request')
  // Freed in between, or not answered yet.
  if (!row || row.answer === null) throw new ProblemError('IDEMPOTENCY_KEY_BUSY', 'Ask again in a moment')
  return JSON.parse(row.answer) as Answer
}

/** Keeps the answer, and forgets those whose day is over. */
async function recordAnswer(database: Database, { digest, claim }: Keyed, answer: unknown): Promise<void> {
  await database.query(
    sql`WITH forgotten AS (DELETE FROM partman.request WHERE asked_at < pg_catalog.clock_timestamp() - ${KEPT})
UPDATE partman.request SET answer = $3 WHERE digest = $1 AND claim = $2::uuid AND asked_at >= pg_catalog.clock_timestamp() - ${KEPT}`,
    [digest, claim, JSON.stringify(answer)],
  )
}

async function freeKey(database: Database, { digest, claim }: Keyed): Promise<void> {
  await database.query(sql`DELETE FROM partman.request WHERE digest = $1 AND claim = $2::uuid`, [digest, claim])
}
