import { findPgBouncer, startPgBouncer } from '@partman/testing'
import { testDatabase } from '@partman/testing/vitest'
import { expect, inject, onTestFinished, test } from 'vitest'
import { observePooling } from './observe-pooling.js'
import { poolingCheck } from './pooling-check.js'

test('a connection that leads to the server itself is told from one that does not', async ({ skip }) => {
  const database = await testDatabase()
  expect(await observePooling(database.url)).toBe('direct')
  skip(findPgBouncer() === undefined, 'PgBouncer is not installed')
  for (const mode of ['transaction', 'session'] as const) {
    const pooler = await startPgBouncer(inject('partmanServerUrl'), { poolSize: 3, settings: { pool_mode: mode } })
    onTestFinished(() => pooler.stop())
    expect(await observePooling(pooler.through(database.url))).toBe(mode)
    await pooler.stop()
  }
})

test('a pooler is good to know of', () => {
  expect(poolingCheck.find({ pooling: 'direct' })).toEqual([])
  expect(poolingCheck.find({ pooling: 'session' })).toMatchObject([{ code: 'CONNECTION_POOLED', severity: 'info' }])
  expect(poolingCheck.find({ pooling: 'transaction' })).toMatchObject([{ code: 'CONNECTION_POOLED', severity: 'info' }])
})
