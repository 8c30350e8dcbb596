import { testDatabase } from '@partman/testing/vitest'
import { expect, it } from 'vitest'
import { renderBookkeeping } from './bookkeeping.js'

it('installed again, as after a reset, it forgets the tenants of its sets and keeps the rest', async () => {
  const test = await testDatabase()
  await test.query(renderBookkeeping())
  await test.query(`INSERT INTO partman.tenant (tenants, key) VALUES ('Project', 'gone'), ('Customer of ''another''', 'kept')`)
  await test.query(`INSERT INTO partman.run (lease, holder) VALUES ('any', 'kept')`)
  await test.query(renderBookkeeping([{ name: 'Project' }]))
  expect((await test.query('SELECT key FROM partman.tenant')).rows).toEqual([{ key: 'kept' }])
  expect((await test.query('SELECT holder FROM partman.run')).rows).toEqual([{ holder: 'kept' }])
  await test.query(renderBookkeeping([{ name: "Customer of 'another'" }]))
  expect((await test.query('SELECT key FROM partman.tenant')).rows).toEqual([])
})

it('installed again, it keeps the tenants that were given settings of their own', async () => {
  const test = await testDatabase()
  await test.query(renderBookkeeping())
  await test.query(
    `INSERT INTO partman.tenant (tenants, key, settings) VALUES ('Project', 'held', '{"retention": null}'), ('Project', 'gone', NULL)`,
  )
  await test.query(renderBookkeeping([{ name: 'Project' }]))
  expect((await test.query('SELECT key FROM partman.tenant')).rows).toEqual([{ key: 'held' }])
})

it('lives beside pg_partman in the same schema', async () => {
  const test = await testDatabase()
  await test.query('CREATE SCHEMA partman')
  await test.query('CREATE TABLE partman.part_config (parent_table text PRIMARY KEY)')
  await test.query(renderBookkeeping())
  expect((await test.query(`SELECT to_regclass('partman.tenant') IS NOT NULL AS installed`)).rows).toEqual([{ installed: true }])
})

it('keeps an audit log that only grows', async () => {
  const test = await testDatabase()
  await test.query(renderBookkeeping())
  const entry = `INSERT INTO partman.audit (actor, act, table_schema, table_name) VALUES ('a', 'drop', 's', 't')`
  await test.query(entry)
  for (const change of [`UPDATE partman.audit SET actor = 'b'`, 'DELETE FROM partman.audit', 'TRUNCATE partman.audit']) {
    await expect(test.query(change)).rejects.toMatchObject({
      message: expect.stringMatching(/^partman.audit only grows: [A-Z]+ is refused$/),
    })
  }
  await test.query(entry)
  expect((await test.query('SELECT actor FROM partman.audit')).rows).toEqual([{ actor: 'a' }, { actor: 'a' }])
})
