import { expect, it } from 'vitest'
import { byHash, byNumber, byTenant, byTime, declare, documentOf } from '../fixtures/policies.js'
import type { PartitionPolicy, RetentionPolicy } from '../policy/policy.js'
import type { TenantSettings } from '../policy/tenant-settings.js'
import { makePartition, wantTenant } from '../state/want-partitions.js'
import { wantState } from '../state/want-state.js'
import { findManyLeaves } from './find-many-leaves.js'
import { emptyState, simulateMaintenance } from './simulate-maintenance.js'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const kept = (after: string): RetentionPolicy => ({ kind: 'age', after, grace: '1 day' })

function find(policy: PartitionPolicy, tenants: number, settings: [string, TenantSettings][] = []) {
  const document = documentOf(declare(policy))
  const keys = Array.from({ length: tenants }, (_, n) => `t${n}`)
  const [wanted] = wantState(document, {
    now: NOW,
    tenants: new Map([['Tenant', keys]]),
    settings: new Map([['Tenant', new Map(settings)]]),
  })
  return findManyLeaves([wanted!], emptyState(document)).map(({ message, nextStep }) => [message, nextStep.split('. ')[0]])
}

it('tenants times windows: says what the table comes to, and what to declare instead', () => {
  const daily = byTime({ premake: 10, retention: kept('30 days') })
  expect(find(byTenant(daily), 73)).toEqual([])
  const document = documentOf(declare(byTenant(daily)))
  const keys = Array.from({ length: 250 }, (_, n) => `t${n}`)
  const wanted = wantState(document, { now: NOW, tenants: new Map([['Tenant', keys]]) })
  expect(findManyLeaves(wanted, emptyState(document))).toEqual([
    {
      code: 'TOO_MANY_LEAVES',
      severity: 'warning',
      table: { schema: 'public', name: 'Event' },
      model: 'Event',
      declaredAt: 'schema.prisma:1:5',
      message:
        'public.Event has 0 partitions that hold rows, and comes to 10,250 as it is declared (250 tenants x 41 windows): with 10,250, planning a query that binds no key takes about 2.3 s and 113 MB on each new connection',
      nextStep:
        'Declare layout: hash, partitions: 64 (2,624), or interval: "1 week", premake: 2 (1,750). An interval holds for new partitions, a shorter retention once it is approved of; another layout needs a table made anew. docs/limits.md has the figures, measured with PostgreSQL 18.',
    },
  ])
})

it('a simulation tells of it before anybody has a tenant', () => {
  const document = documentOf(declare(byTenant(byTime({ premake: 10, retention: kept('30 days') }))))
  const tenants = new Map([['Tenant', Array.from({ length: 74 }, (_, n) => `t${n}`)]])
  const { findings } = simulateMaintenance({ document, state: emptyState(document), tenants, from: NOW, until: NOW })
  expect(findings.map(({ code }) => code)).toEqual(['TOO_MANY_LEAVES'])
})

it('every layout has a way out, unless one change is not enough', () => {
  const instead = (policy: PartitionPolicy, tenants = 0) => find(policy, tenants).map(([, nextStep]) => nextStep)
  const monthly = byTime({ interval: '1 month', premake: 2, retention: { kind: 'count', partitions: 12, grace: '1 day' } })
  const tenant = { by: { field: 'tenant', column: 'tenant', type: 'text' }, tenants: 'Tenant' } as const
  expect(instead({ ...monthly, prefix: tenant }, 300)).toEqual(['Declare layout: hash, partitions: 128 (1,920), or keep: 7 (3,000)'])
  expect(instead(byHash(16, { subpartition: byTime({ interval: '1 hour', premake: 48, retention: kept('30 days') }) }))).toEqual([
    'Declare layout: hash, partitions: 2 (1,538), or interval: "6 hours", premake: 8 (2,064)',
  ])
  expect(instead(byTime({ interval: '1 minute', premake: 60, retention: kept('30 days') }))).toEqual([
    'Declare interval: "1 hour", premake: 1 (722)',
  ])
  expect(instead(byTenant(null), 5000)).toEqual(['Declare layout: hash, partitions: 2048 (2,048)'])
  expect(instead(byTenant(byTime({ premake: 10, retention: kept('30 days'), subpartition: byHash(4) })), 5000)).toEqual([
    'Declare layout: hash, partitions: 16 (2,624)',
  ])
  const hundred = byNumber({ retention: { kind: 'count', partitions: 4000, grace: '1 day' } })
  expect(instead(hundred)).toEqual(['Declare longer intervals, fewer partitions to keep, or both: nothing is enough by itself'])
})

it('what a tenant has of its own counts for it, and what is never retired has no end', () => {
  const daily = byTime({ premake: 9, retention: kept('20 days') })
  expect(find(byTenant(daily), 100)).toEqual([])
  expect(find(byTenant(daily), 100, [['t0', { retention: '100 days', premake: 19 }]])).toMatchObject([
    [expect.stringContaining(' 3,090 '), expect.anything()],
  ])

  const endless = declare(byTenant(byTime()))
  const document = documentOf(endless)
  const [wanted] = wantState(document, { now: NOW, tenants: new Map([['Tenant', ['a']]]) })
  const whole = wantTenant(wanted!, 'Event', 'a')[0]!
  const level = wanted!.policy.policy.subpartition!
  const day = makePartition(wanted!, level, 'day', { label: 'x', bound: { kind: 'default' }, tenant: null }, undefined)
  const table = { ...emptyState(document).tables[0]!, partitions: [{ ...whole, partitions: Array<typeof day>(3001).fill(day) }] }
  expect(findManyLeaves([wanted!], { tables: [table] })).toMatchObject([
    {
      message: expect.stringMatching(/^public\.Event has 3,001 partitions that hold rows; nothing retires, so each day adds to it: /),
      nextStep: expect.stringMatching(
        /^Declare retention: "2996 days" \(3,000\), or layout: hash, or a longer interval\. An interval holds/,
      ),
    },
  ])
})

it('a table that has more than it is to have is told so', () => {
  const document = documentOf(declare(byTime({ premake: 3, retention: kept('30 days') })))
  const [wanted] = wantState(document, { now: NOW, tenants: new Map() })
  const day = makePartition(wanted!, wanted!.policy.policy, 'day', { label: 'x', bound: { kind: 'default' }, tenant: null }, undefined)
  const table = { ...emptyState(document).tables[0]!, partitions: Array<typeof day>(3001).fill(day) }
  expect(findManyLeaves([wanted!], { tables: [table] })).toMatchObject([
    { nextStep: expect.stringMatching(/^As it is declared it comes to 34 again, unless holds keep more\./) },
  ])
})
