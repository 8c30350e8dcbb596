import { expect, test } from 'vitest'
import { findCreateIndexes } from './find-create-index.js'
import { createIndexOnOnly } from './index-on-only.js'

const edit = async (sql: string) => createIndexOnOnly(sql, await findCreateIndexes(sql))

test.each([
  [
    'as Prisma writes it',
    '-- CreateIndex\nCREATE INDEX "Event_id_idx" ON "Event"("id");\n\n-- CreateIndex\nCREATE UNIQUE INDEX "Event_id_key" ON "public"."Event"("id", "at" DESC);\n',
    '-- CreateIndex\nCREATE INDEX "Event_id_idx" ON ONLY "Event"("id");\n\n-- CreateIndex\nCREATE UNIQUE INDEX "Event_id_key" ON ONLY "public"."Event"("id", "at" DESC);\n',
  ],
  [
    'behind multi-byte text and comments',
    '-- 事件 😀\r\nSELECT \'CREATE INDEX a ON b (c)\', \'é\';\r\ncreate index /* ON "x" */ if not exists "é ON ""x""" /* on */ on -- the table 事件\r\n  "my ""schema""" . "Évents 事件\'; -- (x" using gin ((lower("ñ")))',
    '-- 事件 😀\r\nSELECT \'CREATE INDEX a ON b (c)\', \'é\';\r\ncreate index /* ON "x" */ if not exists "é ON ""x""" /* on */ on -- the table 事件\r\n  ONLY "my ""schema""" . "Évents 事件\'; -- (x" using gin ((lower("ñ")))',
  ],
  ['without a name', 'CREATE INDEX ON t(a) WHERE b IS NULL', 'CREATE INDEX ON ONLY t(a) WHERE b IS NULL'],
])('an index is made on the table alone: %s', async (_name, before, after) => {
  expect(await edit(before)).toBe(after)
  expect(await edit(after)).toBe(after)
})

test.each([
  'CREATE INDEX CONCURRENTLY i ON t (a);',
  'CREATE INDEX i ON ONLY t (a);',
  'DO $$ BEGIN CREATE INDEX i ON t (a); END $$;',
  'ALTER TABLE t ADD CONSTRAINT u UNIQUE (a);',
  'DROP INDEX i;',
])('nothing is found in %s', async (sql) => {
  expect(await findCreateIndexes(sql)).toEqual([])
})

test('a statement is found with its table, name and place', async () => {
  expect(await findCreateIndexes('SELECT 1;\n  CREATE INDEX ON "T" (a);', { defaultSchema: 'app' })).toMatchObject([
    { table: { schema: 'app', name: 'T' }, name: null, position: '2:3' },
  ])
})

test('a script that would differ by more than the word is refused', async () => {
  const sql = 'CREATE INDEX i ON /* here */ t (a);'
  const [site] = await findCreateIndexes(sql)
  const editAt = (tableOffset: number) => createIndexOnOnly(sql, [{ ...site!, tableOffset }], 'x/migration.sql')
  await expect(editAt(21)).rejects.toMatchObject({
    code: 'MIGRATION_NOT_EDITABLE',
    message: 'x/migration.sql:1:1: this CREATE INDEX cannot be given the word ONLY',
  })
  await expect(editAt(0)).rejects.toMatchObject({ code: 'MIGRATION_UNREADABLE' })
})
