import { createHash, randomUUID } from 'node:crypto'
import { type Database, doBlock, literal, sql } from '@partman/core'
import { ProblemError } from '../api/problem.js'
import { withBookkeeping } from './with-bookkeeping.js'

/** A request with an idempotency key. */
export interface KeyedRequest {
  /** Keys of different users are different ones. */
  readonly user: string
  readonly key: string
  /** What is asked of whom: a key belongs to one request. */
  readonly path: string
  readonly body: string
}

/** How long an answer is kept, as PostgreSQL reads it. */
const KEPT = sql`interval '24 hours'`

/**
 * Answers a request once: whoever sends it again within 24 hours gets the first answer, also from another process. What was refused was not
 * done, and its key is free again; where nobody knows what was done, the key stays taken. Requests and answers are rows of the audit log.
 *
 * @throws ProblemError `IDEMPOTENCY_KEY_REUSED`, `IDEMPOTENCY_KEY_BUSY`; PartmanError `BOOKKEEPING_MISSING`
 */
export async function answerOnce<Answer>(
  database: Database,
  request: KeyedRequest,
  isRefusal: (error: unknown) => boolean,
  answer: () => Promise<Answer>,
): Promise<{ readonly answer: Answer; readonly isReplay: boolean }> {
  const own = randomUUID()
  const hash = createHash('sha256').update(`${request.path}\n${request.body}`).digest('hex')
  await withBookkeeping(() => database.query(renderClaim(request, own, hash)))
  const claim = await observeClaim(database, request)
  if (claim.claim !== own) {
    if (claim.hash !== hash) throw new ProblemError('IDEMPOTENCY_KEY_REUSED', 'Choose a new key for a new request')
    if (claim.answer === null) throw new ProblemError('IDEMPOTENCY_KEY_BUSY', 'Ask again in a moment')
    return { answer: JSON.parse(claim.answer) as Answer, isReplay: true }
  }
  try {
    const given = await answer()
    await record(database, request, own, { answer: given })
    return { answer: given, isReplay: false }
  } catch (error) {
    if (isRefusal(error)) await record(database, request, own, { refused: true })
    throw error
  }
}

/** Takes the key, unless somebody has it: one after the other, so that each sees what the one before has written. */
function renderClaim({ user, key, path }: KeyedRequest, claim: string, hash: string) {
  const lock = createHash('sha256')
    .update(JSON.stringify([user, key]))
    .digest()
    .readBigInt64BE()
    .toString()
  return doBlock(sql`BEGIN
  PERFORM pg_catalog.pg_advisory_xact_lock(${literal(lock)}::bigint);
  IF NOT EXISTS (
    SELECT FROM partman.audit r
    WHERE r.act = 'request' AND r.actor = ${literal(user)} AND r.subject = ${literal(key)} AND r.at > pg_catalog.clock_timestamp() - ${KEPT}
      AND NOT EXISTS (SELECT FROM partman.audit a WHERE a.act = 'answer' AND a.id > r.id AND a.details @> pg_catalog.jsonb_build_object('claim', r.details -> 'claim', 'refused', true))
  ) THEN
    INSERT INTO partman.audit (actor, act, table_schema, table_name, subject, details)
    VALUES (${literal(user)}, 'request', 'partman', 'audit', ${literal(key)}, pg_catalog.jsonb_build_object('claim', ${literal(claim)}::text, 'path', ${literal(path)}::text, 'hash', ${literal(hash)}::text));
  END IF;
END`)
}

interface Claim {
  readonly claim: string
  readonly hash: string
  /** JSON; null where it has not been answered. */
  readonly answer: string | null
}

async function observeClaim(database: Database, { user, key }: KeyedRequest): Promise<Claim> {
  const [row] = await database.query<Claim>(
    sql`SELECT r.details ->> 'claim' AS claim, r.details ->> 'hash' AS hash,
  (SELECT a.details ->> 'answer' FROM partman.audit a WHERE a.act = 'answer' AND a.id > r.id AND a.details @> pg_catalog.jsonb_build_object('claim', r.details -> 'claim')) AS answer
FROM partman.audit r WHERE r.act = 'request' AND r.actor = $1 AND r.subject = $2 ORDER BY r.id DESC LIMIT 1`,
    [user, key],
  )
  return row!
}

async function record(database: Database, { user, key }: KeyedRequest, claim: string, outcome: object): Promise<void> {
  await database.query(
    sql`INSERT INTO partman.audit (actor, act, table_schema, table_name, subject, details) VALUES ($1, 'answer', 'partman', 'audit', $2, $3::text::jsonb)`,
    [user, key, JSON.stringify({ claim, ...outcome })],
  )
}
