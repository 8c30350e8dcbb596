import type { TestDatabase } from '@partman/testing'
import { expect, it } from 'vitest'
import { describeIndex, wholeIndex } from '../fixtures/describe-index.js'
import { filledTables } from '../fixtures/filled-tables.js'
import { HOSTILE, type Names, PLAIN } from '../fixtures/webhook-tables.js'
import type { PartmanDocument } from '../policy/document.js'
import { identifier, qualified } from '../sql/sql.js'
import { findPendingIndexes } from './plan-index-edits.js'
import { renderWholeIndexes } from './whole-indexes.js'

/** Deploys an index on the table alone, and what makes it whole where there are no rows. */
async function deploy(test: TestDatabase, { tables }: PartmanDocument, names: Names): Promise<void> {
  const sql = `SELECT 1; CREATE INDEX "by $partman$ 'note" ON ${identifier(names.audit.name)} (note) -- ;\n;`
  const indexes = await findPendingIndexes([{ name: '1_x', path: '', sql }], tables, names.audit.schema)
  expect(indexes).toHaveLength(1)
  await test.query(`CREATE INDEX "by $partman$ 'note" ON ONLY ${qualified(names.audit)} (note)`)
  for (const block of renderWholeIndexes(indexes)) await test.query(block)
}

it.each([PLAIN, HOSTILE])('an index is whole at once where no partition has a row, with $label', async (names) => {
  const { document, test } = await filledTables(names)
  await test.query(`TRUNCATE ${qualified(names.audit)}`)
  const index = { schema: names.audit.schema, name: `by $partman$ 'note` }
  await deploy(test, document, names)
  expect(await describeIndex(test, index)).toEqual(wholeIndex(4))
})

it.each([PLAIN, HOSTILE])('nothing is built, or locked, where one partition has a row, with $label', async (names) => {
  const { document, test } = await filledTables(names)
  await test.query(`TRUNCATE ${qualified(names.audit)}`)
  await test.query(`INSERT INTO ${qualified(names.audit)} VALUES (1, '2026-04-30Z')`)
  await test.query('BEGIN')
  await deploy(test, document, names)
  const { rows } = await test.query(
    `SELECT DISTINCT c.relkind, l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
     WHERE l.pid = pg_backend_pid() AND c.relnamespace <> 'pg_catalog'::regnamespace AND c.relkind IN ('r', 'p') AND l.mode <> 'AccessShareLock'`,
  )
  await test.query('COMMIT')
  expect(rows).toEqual([{ relkind: 'p', mode: 'ShareLock' }])
  expect(await describeIndex(test, { schema: names.audit.schema, name: `by $partman$ 'note` })).toMatchObject({ valid: false, parts: 0 })
})
