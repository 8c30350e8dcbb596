import type { TestDatabase } from '@partman/testing'
import { describe, expect, it } from 'vitest'
import { describeIndex, wholeIndex } from '../fixtures/describe-index.js'
import { type FilledTables, filledTables, formatSteps, openSession } from '../fixtures/filled-tables.js'
import { HOSTILE, PLAIN } from '../fixtures/webhook-tables.js'
import { identifier, qualified } from '../sql/sql.js'
import { createMaintainer } from './maintainer.js'
import { type PgQueryable, pgDatabase } from './pg-database.js'
import { planMaintenance } from './plan-maintenance.js'

const NOTE_INDEX = { schema: 'public', name: 'by_note' }
const MARCH = 'partman_partitions."AuditLog_p202603"'

/** A connection that is gone once it has sent so many statements that change something. */
function dying(test: TestDatabase, statements: number): PgQueryable & { readonly sent: number } {
  let sent = 0
  return {
    get sent() {
      return sent
    },
    async query(text, values) {
      const isStep = /^(?:\/\* partman \w+ \*\/ )?(?:DO|CREATE|DROP) /.test(text)
      if (sent > statements || (isStep && sent === statements)) {
        sent = Number.POSITIVE_INFINITY
        throw Object.assign(new Error('the process was killed'), { code: '57P01' })
      }
      const result = await test.query(text, values)
      if (isStep) sent++
      return result
    },
  }
}

/** Maintains until the process is killed, and lets its lease run out. False: it was not killed any more. */
async function maintainUntilKilled({ document, test, clock }: FilledTables, statements: number): Promise<boolean> {
  const database = dying(test, statements)
  await createMaintainer({ document, database: pgDatabase(database), clock, lockTimeoutMs: 100 })
    .runOnce()
    .catch(() => undefined)
  await test.query(`UPDATE partman.lease SET expires_at = now() - interval '1 second'`)
  return database.sent === Number.POSITIVE_INFINITY
}

describe.each([PLAIN, HOSTILE])('a build that is cut off, with $label,', (names) => {
  const index = { schema: names.attempts.schema, name: 'by_status' }
  const create = `CREATE UNIQUE INDEX by_status ON ONLY ${qualified(names.attempts)} (${identifier(names.projectId)}, ${identifier(names.createdAt)}, status)`

  it('between any two statements is ended by the next run', async () => {
    const tables = await filledTables(names, { premake: 1 })
    for (let statements = 0; ; statements++) {
      await tables.test.query(create)
      const killed = await maintainUntilKilled(tables, statements)
      expect(formatSteps(await tables.maintain()).filter((step) => !step.endsWith(' done'))).toEqual([])
      expect(await describeIndex(tables.test, index)).toEqual(wholeIndex(4))
      expect(formatSteps(await tables.maintain())).toEqual([])
      await tables.test.query(`DROP INDEX ${qualified(index)}`)
      if (killed) continue
      // Two frames, and four leaves with a check, a build and an attachment each.
      expect(statements).toBe(2 + 4 * 3)
      break
    }
  })

  it('leaves one invalid index, however often, which goes before the next build, also when that is cut off', async () => {
    const tables = await filledTables(names, { premake: 1 })
    const { test } = tables
    await test.query(create)
    const twin = `INSERT INTO ${qualified(names.attempts)} VALUES ('twin', 'acme', '2026-03-01Z', 0)`
    for (let statements = 0; ; statements++) {
      await test.query(twin)
      for (const _again of [1, 2]) {
        const failed = await tables.maintain()
        expect([failed.outcome, formatSteps(failed).filter((step) => step.endsWith(' failed')).length]).toEqual(['failed', 1])
        expect((await describeIndex(test, index))?.invalid).toHaveLength(3)
      }
      await test.query(`DELETE FROM ${qualified(names.attempts)} WHERE id = 'twin'`)
      const killed = await maintainUntilKilled(tables, statements)
      expect(formatSteps(await tables.maintain()).filter((step) => !step.endsWith(' done'))).toEqual([])
      expect(await describeIndex(test, index)).toEqual(wholeIndex(4))
      await test.query(`DROP INDEX ${qualified(index)}`)
      await test.query(create)
      if (killed) continue
      // What is left of the build is checked and dropped first.
      expect(statements).toBe(2 + 3)
      break
    }
  })
})

it('duplicate rows fail one partition, and nothing else waits for them', async () => {
  const { test, clock, maintain } = await filledTables()
  await test.query(`INSERT INTO "AuditLog" VALUES (1000, '2026-03-01 00:00Z', 'note 0')`)
  await test.query('CREATE UNIQUE INDEX by_note ON ONLY "AuditLog" ("createdAt", note)')
  clock.set('2026-04-01T12:00:00Z')
  const report = await maintain()
  expect(report.outcome).toBe('failed')
  expect('steps' in report && report.steps.filter(({ outcome }) => outcome !== 'done')).toMatchObject([
    {
      kind: 'create-index',
      partition: { name: 'AuditLog_p202603' },
      error: 'could not create unique index "AuditLog_p202603_by_note_idx"',
      sqlState: '23505',
    },
  ])
  expect(formatSteps(report).filter((step) => step.startsWith('detach'))).toHaveLength(2)
  expect(formatSteps(report)).toContain('create-partition AuditLog_p202607 done')
  expect(await describeIndex(test, NOTE_INDEX)).toMatchObject({ valid: false, parts: 4, leaves: 5 })

  await test.query('DELETE FROM "AuditLog" WHERE id = 1000')
  expect(formatSteps(await maintain())).toEqual(['create-index AuditLog_p202603 done'])
  expect(await describeIndex(test, NOTE_INDEX)).toEqual(wholeIndex(5))
})

it('an invalid index of another name, or with another definition, is left alone', async () => {
  const { test, maintain } = await filledTables()
  await test.query(`INSERT INTO "AuditLog" VALUES (1000, '2026-03-01 00:00Z', 'note 0')`)
  for (const name of ['by_hand', 'AuditLog_p202603_by_note_idx']) {
    const columns = name === 'by_hand' ? 'note, "createdAt"' : '"createdAt"'
    await expect(test.query(`CREATE UNIQUE INDEX CONCURRENTLY "${name}" ON ${MARCH} (${columns})`)).rejects.toMatchObject({ code: '23505' })
  }
  await test.query('DELETE FROM "AuditLog" WHERE id = 1000')
  await test.query('CREATE UNIQUE INDEX by_note ON ONLY "AuditLog" (note, "createdAt")')
  await maintain()
  expect(await describeIndex(test, NOTE_INDEX)).toEqual({
    ...wholeIndex(4),
    invalid: expect.arrayContaining(['partman_partitions.by_hand', 'partman_partitions."AuditLog_p202603_by_note_idx"']),
  })
})

it('whoever writes into a partition does not stop others, while its part is built and while it is attached', async () => {
  const { test, maintain } = await filledTables()
  await test.query('CREATE INDEX by_note ON ONLY "AuditLog" (note)')
  const [writer, other] = [await openSession(test), await openSession(test)]
  await other.query(`SET lock_timeout = '1s'`)
  const write = `INSERT INTO "AuditLog" ("createdAt", note) VALUES ('2026-03-05 00:00:01Z', 'written')`
  const watcher = await openSession(test)
  await writer.query('BEGIN')
  await writer.query(write)

  const building = maintain()
  const waiting = `SELECT a.pid FROM pg_stat_activity a WHERE a.datname = current_database() AND a.query LIKE '%CREATE INDEX CONCURRENTLY%' AND a.wait_event = 'virtualxid'`
  await expect.poll(async () => (await watcher.query(waiting)).rows.length, { timeout: 30_000 }).toBe(1)
  const { rows } = await watcher.query(
    `SELECT DISTINCT l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation AND c.relkind IN ('r', 'p')
     WHERE l.pid IN (${waiting}) AND c.relnamespace <> 'pg_catalog'::regnamespace`,
  )
  expect(rows).toEqual([{ mode: 'ShareUpdateExclusiveLock' }])
  await other.query(write)
  await other.query(`UPDATE "AuditLog" SET note = 'updated' WHERE note = 'written'`)
  await other.query(`SELECT count(*) FROM "AuditLog"`)
  await writer.query('COMMIT')
  expect(formatSteps(await building).filter((step) => !step.endsWith(' done'))).toEqual([])

  // An index that a transaction has planned with cannot be attached before it ends.
  await test.query('CREATE INDEX by_id ON ONLY "AuditLog" (id)')
  await test.query(`CREATE INDEX ready ON ${MARCH} (id)`)
  await writer.query('BEGIN')
  await writer.query(`UPDATE "AuditLog" SET note = 'open' WHERE "createdAt" = '2026-03-05Z'`)
  let attaching = true
  const others = (async () => {
    while (attaching) await other.query(write)
  })()
  const report = await maintain().finally(() => {
    attaching = false
  })
  await others
  expect(formatSteps(report).filter((step) => !step.endsWith(' done'))).toEqual(['attach-index AuditLog_p202603 failed'])
  await writer.query('COMMIT')
  expect(formatSteps(await maintain())).toEqual(['attach-index AuditLog_p202603 done'])
  expect(await describeIndex(test, { schema: 'public', name: 'by_id' })).toEqual(wholeIndex(4))
})

it('a limit on waiting for locks that the role has leaves a remnant, which the next run clears away', async () => {
  const { test, document, clock, maintain } = await filledTables()
  await test.query('CREATE INDEX by_note ON ONLY "AuditLog" (note)')
  const [writer, limited] = [await openSession(test), await openSession(test)]
  await limited.query(`SET lock_timeout = '100ms'`)
  await writer.query('BEGIN')
  await writer.query(`INSERT INTO "AuditLog" ("createdAt", note) VALUES ('2026-03-05 00:00:01Z', 'open')`)
  for (const _again of [1, 2]) {
    const report = await createMaintainer({ document, database: pgDatabase(limited), clock }).runOnce()
    expect('steps' in report && report.steps.filter(({ outcome }) => outcome === 'failed').map(({ error }) => error)).toEqual([
      'canceling statement due to lock timeout',
    ])
    expect((await describeIndex(test, NOTE_INDEX))?.invalid).toEqual(['by_note', 'partman_partitions."AuditLog_p202603_by_note_idx"'])
  }
  await writer.query('COMMIT')
  await maintain()
  expect(await describeIndex(test, NOTE_INDEX)).toEqual(wholeIndex(4))
})

it('a build that somebody has under way is neither dropped nor doubled', async () => {
  const { test, document, clock, maintain } = await filledTables()
  await test.query('CREATE INDEX by_note ON ONLY "AuditLog" (note)')
  const [writer, builder] = [await openSession(test), await openSession(test)]
  await writer.query('BEGIN')
  await writer.query(`INSERT INTO "AuditLog" ("createdAt", note) VALUES ('2026-03-05 00:00:01Z', 'open')`)
  const building = builder.query(`CREATE INDEX CONCURRENTLY "AuditLog_p202603_by_note_idx" ON ${MARCH} (note)`)
  const begun = `SELECT count(*)::int AS n FROM pg_class WHERE relname = 'AuditLog_p202603_by_note_idx'`
  await expect.poll(async () => (await test.query(begun)).rows[0]?.['n'], { timeout: 30_000 }).toBe(1)
  const { plan } = await planMaintenance(pgDatabase(test), document, { clock })
  expect(plan.operations.map(({ partition }) => partition.name)).not.toContain('AuditLog_p202603')
  expect(plan.findings.map(({ message }) => message)).toEqual(['4 partitions of public.AuditLog have no part of the index by_note yet'])
  await writer.query('COMMIT')
  await building
  await maintain()
  expect(await describeIndex(test, NOTE_INDEX)).toEqual(wholeIndex(4))
})

it('a part that is attached and invalid is told of', async () => {
  const { test, maintain } = await filledTables()
  await test.query(`INSERT INTO "AuditLog" VALUES (1000, '2026-03-01 00:00Z', 'note 0')`)
  await test.query('CREATE UNIQUE INDEX by_note ON ONLY "AuditLog" (note, "createdAt")')
  await expect(test.query(`CREATE UNIQUE INDEX CONCURRENTLY broken ON ${MARCH} (note, "createdAt")`)).rejects.toMatchObject({
    code: '23505',
  })
  await test.query('ALTER INDEX by_note ATTACH PARTITION partman_partitions.broken')
  await maintain()
  const report = await maintain()
  expect(formatSteps(report)).toEqual([])
  expect('findings' in report && report.findings.map(({ code, severity, message }) => [code, severity, message])).toEqual([
    ['INDEX_PART_INVALID', 'warning', 'The part partman_partitions.broken of the index by_note is invalid, and attached already'],
  ])
  await test.query('DELETE FROM "AuditLog" WHERE id = 1000')
  await test.query('REINDEX INDEX CONCURRENTLY partman_partitions.broken')
  expect(formatSteps(await maintain()).map((step) => step.split(' ')[0])).toEqual(['attach-index'])
  expect(await describeIndex(test, NOTE_INDEX)).toEqual(wholeIndex(4))
})
