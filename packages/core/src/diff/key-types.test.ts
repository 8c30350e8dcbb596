import { testDatabase } from '@partman/testing/vitest'
import { expect, it } from 'vitest'
import { byHash, byTenant, byTime, byValues, declare, documentOf } from '../fixtures/policies.js'
import type { PartitionPolicy } from '../policy/policy.js'
import { pgDatabase } from '../runtime/pg-database.js'
import { planMaintenance } from '../runtime/plan-maintenance.js'

const at = (type: 'timestamptz' | 'timestamp' | 'date') => byTime({ by: { field: 'at', column: 'at', type } })
const id = (type: 'bigint' | 'numeric') => byTime({ by: { field: 'at', column: 'at', type, encoding: 'epoch-milliseconds' } })

async function findings(columns: string, key: string, policy: PartitionPolicy, before = ''): Promise<string[]> {
  const test = await testDatabase()
  await test.query(`${before}; CREATE TABLE "Event" (${columns}) PARTITION BY ${key}`)
  const { plan } = await planMaintenance(pgDatabase(test), documentOf(declare(policy)))
  return plan.findings.length > 0 ? [...plan.findings.map(({ message }) => message), `${plan.operations.length} operations`] : []
}

it.each<[string, string, PartitionPolicy, string]>([
  ['at timestamptz', 'RANGE (at)', at('date'), 'public.Event.at is of type timestamptz; what is declared is date'],
  ['at timestamptz(6)', 'RANGE (at)', at('timestamp'), 'public.Event.at is of type timestamptz; what is declared is timestamp'],
  ['at bigint', 'RANGE (at)', id('numeric'), 'public.Event.at is of type bigint; what is declared is numeric'],
  ['region char(4)', 'LIST (region)', byValues([['eu']]), 'public.Event.region is of type bpchar; what is declared is text'],
  ['tenant text, at date', 'LIST (tenant)', byTenant(byTime()), 'public.Event.at is of type date; what is declared is timestamptz'],
  ['tenant uuid', 'HASH (tenant)', byHash(2), 'public.Event.tenant is of type uuid; what is declared is text'],
])('a key of %s, %s, that is declared otherwise is told of, and nothing is done', async (columns, key, policy, message) => {
  expect(await findings(columns, key, policy)).toEqual([message, '0 operations'])
})

it.each<[string, string, PartitionPolicy, string?]>([
  ['at timestamptz(6)', 'RANGE (at)', at('timestamptz')],
  ['at date', 'RANGE (at)', at('date')],
  ['at numeric(20, 0)', 'RANGE (at)', id('numeric')],
  ['region varchar(20)', 'LIST (region)', byValues([['eu']])],
  ['region code', 'LIST (region)', byValues([['eu']]), 'CREATE DOMAIN code AS varchar(10)'],
  [
    'region "Région"',
    'LIST (region)',
    byValues([['eu']], { by: { field: 'region', column: 'region', type: 'enum' } }),
    `CREATE TYPE "Région" AS ENUM ('eu')`,
  ],
  ['region bool', 'LIST (region)', byValues([['true']], { by: { field: 'region', column: 'region', type: 'boolean' } })],
])('a key of %s, %s, is what is declared', async (columns, key, policy, before) => {
  expect(await findings(columns, key, policy, before)).toEqual([])
})
