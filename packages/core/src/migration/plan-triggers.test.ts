import { expect, test } from 'vitest'
import { triggerDocument } from '../fixtures/tenant-trigger-database.js'
import type { TableName } from '../policy/document.js'
import type { PartitionPolicy } from '../policy/policy.js'
import type { ForeignKey, FoundTrigger } from '../state/tenant-trigger-mark.js'
import { resolvePendingChanges } from './pending-changes.js'
import { planTriggers, refuseTriggers, type WantedTrigger } from './plan-triggers.js'
import { renderCreateTrigger, renderDropTrigger, wantTriggers } from './tenant-trigger.js'

const document = triggerDocument()
const trigger = wantTriggers(document)[0]!
const { partitionSchema, tenants, fingerprint, source } = trigger
const project = source.table
const attempts = trigger.tables[0]!.table
const wanted = (foreignKeys: readonly ForeignKey[] = [], found: WantedTrigger['found'] = { kind: 'plain', isEmpty: true }) => [
  { trigger, found, foreignKeys },
]
const found = (table: TableName | null = project, print = fingerprint, enabled = true): FoundTrigger[] => [
  { partitionSchema, tenants, fingerprint: print, table, enabled },
]
const migration = (name: string, sql: string) => ({ name, path: `${name}/migration.sql`, sql })
const made = migration('1_made', renderCreateTrigger(trigger))
const dropped = migration('2_dropped', renderDropTrigger(trigger))

interface Given {
  readonly wanted?: readonly WantedTrigger[]
  readonly found?: readonly FoundTrigger[]
  readonly applied?: readonly ReturnType<typeof migration>[]
  readonly pending?: readonly ReturnType<typeof migration>[]
  readonly tenantSets?: typeof document.tenantSets
}

async function plan({ pending = [], applied = [], ...given }: Given) {
  const changes = await resolvePendingChanges(pending)
  const request = { partitionSchema, tenantSets: document.tenantSets, wanted: [], found: [], ...given }
  const steps = planTriggers(request, { all: [...applied, ...pending], pending }, changes)
  return { steps: steps.map(({ kind }) => kind), refusals: refuseTriggers(request, changes).map(({ reason }) => reason) }
}

test('what is wanted is made once, and made anew where another was made', async () => {
  const stepsOf = async (given: Given) => (await plan({ wanted: wanted(), ...given })).steps
  expect(await stepsOf({})).toEqual(['create-trigger'])
  expect(await stepsOf({ pending: [made] })).toEqual([])
  expect(await stepsOf({ found: found(), applied: [made] })).toEqual([])
  expect(await stepsOf({ found: found(project, 'another') })).toEqual(['create-trigger'])
  expect(await stepsOf({ found: found(), pending: [dropped] })).toEqual(['create-trigger'])
})

test('a trigger that went with its table, or is on another, is made again; one whose table is renamed goes along', async () => {
  const stepsOf = async (given: Given) => (await plan({ wanted: wanted(), applied: [made], ...given })).steps
  expect(await stepsOf({ found: found(null) })).toEqual(['create-trigger'])
  expect(await stepsOf({ found: found({ schema: 'public', name: 'Other' }) })).toEqual(['create-trigger'])
  const others = [...found(), ...found({ schema: 'public', name: 'Project_old' }), ...found({ schema: 'a', name: 'Project' })]
  expect(await stepsOf({ found: others })).toEqual([])
  expect(await stepsOf({ found: others.toReversed() })).toEqual([])
  const anew = migration('2_anew', 'DROP TABLE "Project"; CREATE TABLE "Project" (id text PRIMARY KEY);')
  expect(await stepsOf({ found: found(), pending: [anew] })).toEqual(['create-trigger'])
  const renamed = migration('2_renamed', 'ALTER TABLE "Old" RENAME TO "Project";')
  expect(await stepsOf({ found: found({ schema: 'public', name: 'Old' }), pending: [renamed] })).toEqual([])
})

test('a trigger that is disabled is made again, and dropped like any other', async () => {
  const disabled = found(project, fingerprint, false)
  expect((await plan({ wanted: wanted(), found: disabled, applied: [made] })).steps).toEqual(['create-trigger'])
  expect((await plan({ wanted: wanted(), found: disabled, pending: [made] })).steps).toEqual([])
  expect((await plan({ found: disabled })).steps).toEqual(['drop-trigger'])
})

test('what is wanted no more is dropped once, and that of another application never', async () => {
  expect((await plan({ found: found(), applied: [made] })).steps).toEqual(['drop-trigger'])
  expect((await plan({ pending: [made] })).steps).toEqual(['drop-trigger'])
  expect((await plan({ found: found(), applied: [made], pending: [dropped] })).steps).toEqual([])
  expect((await plan({ applied: [made, dropped] })).steps).toEqual([])
  // Migrations that were squashed into one tell of no trigger.
  expect((await plan({ found: found() })).steps).toEqual(['drop-trigger'])
  expect((await plan({ found: found(), tenantSets: [] })).steps).toEqual([])
  expect((await plan({ found: found({ schema: 'other', name: 'Project' }) })).steps).toEqual([])
})

test('the trigger of a document that makes its partitions elsewhere is another one', async () => {
  const other = wantTriggers({ ...document, partitionSchema: 'other' })[0]!
  const theirs = [migration('1_theirs', renderCreateTrigger(other)), migration('2_theirs', renderDropTrigger(other))]
  expect((await plan({ wanted: wanted(), pending: theirs.slice(0, 1) })).steps).toEqual(['create-trigger'])
  expect((await plan({ pending: theirs.slice(0, 1) })).steps).toEqual([])
  expect((await plan({ wanted: wanted(), found: found(), applied: [made], pending: theirs })).steps).toEqual([])
  expect((await plan({ found: found(), applied: [made], pending: theirs })).steps).toEqual(['drop-trigger'])
})

test('a table that is not there, and is not on its way, is refused', async () => {
  const refusalsOf = async (pending: Given['pending']) =>
    (await plan({ wanted: wanted([], { kind: 'absent' }), pending: pending ?? [] })).refusals
  expect(await refusalsOf([])).toEqual(['the table "public"."Project" does not exist, and no pending migration creates it'])
  expect(await refusalsOf([migration('1_init', 'CREATE TABLE "Project" (id text PRIMARY KEY);')])).toEqual([])
  expect(await refusalsOf([migration('1_init', 'ALTER TABLE "Old" RENAME TO "Project";')])).toEqual([])
})

test('a DEFAULT partition beside those of the tenants is refused, and below one of them not', async () => {
  const withDefault = (change: (policy: PartitionPolicy) => PartitionPolicy) => {
    const tables = document.tables.map((table) => ({ ...table, policy: change(table.policy) }))
    return [{ ...wanted()[0]!, trigger: wantTriggers({ ...document, tables })[0]! }]
  }
  const outermost = withDefault((policy) => ({ ...policy, default: true }) as PartitionPolicy)
  expect((await plan({ wanted: outermost })).refusals).toEqual([
    'a trigger of public.Project would deadlock: public.DeliveryAttempt has a DEFAULT partition beside those of the tenants, and a new partition locks it against all who read or write that table, until whoever inserts the tenant commits',
  ])
  const below = withDefault(
    (policy) => ({ ...policy, subpartition: policy.subpartition && { ...policy.subpartition, default: true } }) as PartitionPolicy,
  )
  expect((await plan({ wanted: below })).refusals).toEqual([])
})

test('a foreign key from a table of the tenants is refused, wherever it is, and not once it is dropped', async () => {
  const key = { constraint: 'by_hand', table: attempts, to: project }
  const refused = (constraint: string) =>
    `a trigger of public.Project would deadlock: the foreign key ${constraint} of public.DeliveryAttempt refers to it, and a new partition of that table waits for all who write to public.Project, each of whom waits for the others`
  expect((await plan({ wanted: wanted([key]) })).refusals).toEqual([refused('by_hand')])
  const drop = migration('2_drop', 'ALTER TABLE "DeliveryAttempt" DROP CONSTRAINT "by_hand";')
  expect((await plan({ wanted: wanted([key]), pending: [drop] })).refusals).toEqual([])
  expect((await plan({ wanted: wanted([key]), pending: [migration('2_drop', 'DROP TABLE "DeliveryAttempt";')] })).refusals).toEqual([])
  const add = migration(
    '2_add',
    'ALTER TABLE "DeliveryAttempt" ADD CONSTRAINT "new_one" FOREIGN KEY ("projectId") REFERENCES "Project" (id);',
  )
  expect((await plan({ wanted: wanted(), pending: [add] })).refusals).toEqual([refused('new_one')])
  const others =
    'ALTER TABLE "DeliveryAttempt" ADD FOREIGN KEY (x) REFERENCES "Other"; ALTER TABLE "Other" ADD FOREIGN KEY (x) REFERENCES "Project";'
  expect((await plan({ wanted: wanted(), pending: [migration('2_others', others)] })).refusals).toEqual([])
})
