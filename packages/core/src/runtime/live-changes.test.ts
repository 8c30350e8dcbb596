import { describe, expect, it } from 'vitest'
import { type LiveChange, type LiveRun, type LiveTable, liveTable } from '../fixtures/live-table.js'
import { byHash, byTenant, byTime, byValues } from '../fixtures/policies.js'
import { NAMES, renameColumns } from '../fixtures/world-names.js'
import type { PartmanDocument } from '../policy/document.js'
import type { PartitionPolicy } from '../policy/policy.js'
import { identifier, qualified, sql } from '../sql/sql.js'
import { retentionTerms } from '../state/retention-terms.js'
import type { Partition } from '../state/state.js'
import { pgDatabase } from './pg-database.js'
import { recordApprovals } from './record-approvals.js'

const FIRST = '2026-03-10T12:00:00Z'
const NEXT = '2026-03-11T12:00:00Z'
const keep = (after: string) => ({ retention: { kind: 'age', after, grace: '10 days' } }) as const
const created = (...bounds: string[]): string[] => bounds.map((bound) => `create-partition ${bound}`)
const lists = (...values: string[][]) => byValues(values, { subpartition: byTime() })
const days = (...numbers: number[]): string[] => numbers.map((day) => `[2026-03-${day} .. 2026-03-${day + 1})`)

interface Change {
  readonly change: string
  readonly before: PartitionPolicy
  readonly after: PartitionPolicy
  /** What the first run with the later declaration does; a second one does nothing. */
  readonly steps: readonly string[]
  readonly findings?: readonly string[]
}

const CHANGES: readonly Change[] = [
  {
    change: 'a longer interval begins where the old windows end, with a bridge to its own grid',
    before: byTenant(byTime()),
    after: byTenant(byTime({ interval: '1 week' })),
    steps: [1, 2].flatMap(() =>
      created('[2026-03-14 .. 2026-03-16)', '[2026-03-16 .. 2026-03-23)', '[2026-03-23 .. 2026-03-30)', '[2026-03-30 .. 2026-04-06)'),
    ),
  },
  {
    change: 'a shorter interval waits for the old windows to end',
    before: byTime({ interval: '1 week', premake: 1 }),
    after: byTime({ interval: '2 days', premake: 6 }),
    steps: created('[2026-03-23 .. 2026-03-24)'),
  },
  {
    change: 'another time zone is bridged to as well',
    before: byTime(),
    after: byTime({ timeZone: 'Asia/Seoul' }),
    steps: created('[2026-03-14 .. 2026-03-14 15:00:00+00)'),
  },
  { change: 'more ahead are made at once', before: byTime(), after: byTime({ premake: 5 }), steps: created(...days(14, 15, 16)) },
  { change: 'fewer ahead are waited for', before: byTime(), after: byTime({ premake: 1 }), steps: [] },
  {
    change: 'values added to a list get a partition, and those of a list that is held in part',
    before: lists(['eu'], ['us']),
    after: lists(['eu'], ['us', 'asia'], ['moon', 'mars']),
    steps: created('"asia"', '"moon", "mars"', ...days(14, 14)),
  },
  {
    change: 'values taken from a list keep their partition',
    before: lists(['eu'], ['us', 'ca'], ['asia']),
    after: lists(['eu'], ['ca']),
    steps: created(...days(14, 14, 14)),
    findings: [
      'LIST_VALUES_UNDECLARED: Name the value again; or, when its rows may go, detach the partition and drop it yourself. partman never drops it.',
      'LIST_VALUES_UNDECLARED: Name the value again; or, when its rows may go, detach the partition and drop it yourself. partman never drops it.',
    ],
  },
  {
    change: 'an added level is for new partitions',
    before: byTime(),
    after: byTime({ subpartition: byValues([['eu'], ['us']]) }),
    steps: created(...days(14)),
    findings: [
      'LEVEL_NOT_APPLIED: New partitions are made as declared; this one keeps its rows as it is until it retires. To lay it out anew, its rows have to be moved: create a partitioned table beside it, copy, and swap them in one transaction.',
    ],
  },
  {
    change: 'a level taken away stays where it is',
    before: byTime({ subpartition: byHash(2) }),
    after: byTime(),
    steps: created(...days(14)),
    findings: ['LEVEL_UNDECLARED: Declare the level, or leave it: it retires as a whole, but nothing is made below it.'],
  },
  {
    change: 'another number of hash partitions is refused',
    before: byHash(2),
    after: byHash(3),
    steps: [],
    findings: [
      'HASH_PARTITIONS_DIFFERENT: Declare what there is. Another number would move nearly every row: create a table with that many beside it, copy, and swap them.',
    ],
  },
  {
    change: 'another number of hash partitions below windows is refused for those there are',
    before: byTime({ subpartition: byHash(2) }),
    after: byTime({ subpartition: byHash(3) }),
    steps: created(...days(14)),
    findings: [
      'HASH_PARTITIONS_DIFFERENT: Declare what there is. Another number would move nearly every row: create a table with that many beside it, copy, and swap them.',
    ],
  },
  {
    change: 'a longer retention retires nothing',
    before: byTime(keep('5 days')),
    after: byTime(keep('9 days')),
    steps: created(...days(14)),
  },
]

describe.each(['plain', 'hostile'] as const)('while a table with %s names is in use', (names) => {
  const { columns } = NAMES[names]
  const start = (given: Omit<LiveChange, 'names' | 'at'>) => liveTable({ names, at: FIRST, ...given })
  const redeclare = (policy: PartitionPolicy) => (document: PartmanDocument) => ({
    ...document,
    tables: document.tables.map((one) => ({ ...one, policy: renameColumns(policy, columns) })),
  })
  const treeOf = async (table: LiveTable): Promise<string> =>
    JSON.stringify((await table.observe(table.before)).observation.state, (key, value) => (key === 'highestKey' ? undefined : value))
  const nothing = async (table: LiveTable) => expect((await table.observe()).plan.operations).toEqual([])

  it.each(CHANGES.map((one) => [one.change, one] as const))('%s', async (_change, { before, after, steps, findings = [] }) => {
    const table = await start({ before, after })
    const found = await treeOf(table)
    expect(await table.maintain(NEXT)).toEqual({ steps, findings })
    expect(await table.maintain(NEXT)).toEqual({ steps: [], findings })
    if (steps.length === 0) expect(await treeOf(table)).toBe(found)
    await nothing(table)
    await table.end()
  })

  it('a value that a DEFAULT partition has rows of is made once they are out of its way', async () => {
    const table = await start({
      before: byValues([['eu']], { default: true }),
      after: byValues([['eu'], ['in no list']], { default: true }),
    })
    const found = await treeOf(table)
    const kept =
      'DEFAULT_HOLDS_ROWS: They have a value that no other partition holds. Declare it, or register its tenant, once the rows are out of the way.'
    expect(await table.maintain(NEXT)).toEqual({
      steps: [],
      findings: [expect.stringMatching(/^DEFAULT_ROWS_IN_WAY: Such rows go on to the DEFAULT partition until they are moved\. /), kept],
    })
    expect(await treeOf(table)).toBe(found)
    const [name, column] = [qualified(table.before.tables[0]!.table), identifier(columns['region'] ?? 'region')]
    await table.test.query(sql`CREATE TABLE aside AS SELECT * FROM ${name} WHERE ${column} = 'in no list'`)
    await table.test.query(sql`DELETE FROM ${name} WHERE ${column} = 'in no list'`)
    expect(await table.maintain(NEXT)).toEqual({ steps: created('"in no list"'), findings: [] })
    await table.test.query(sql`INSERT INTO ${name} SELECT * FROM aside`)
    await nothing(table)
    await table.end()
  })

  it('a longer retention keeps what stands detached, and says so', async () => {
    const table = await start({ before: byTime(keep('1 day')), after: byTime(keep('9 days')) })
    expect(await table.maintain('2026-03-12T12:00:00Z', table.before)).toEqual({
      steps: [...created(...days(14, 15)), 'detach-partition [2026-03-10 .. 2026-03-11)'],
      findings: [],
    })
    const kept = ['DETACHED_PARTITION_KEPT: Attach it again (ALTER TABLE ... ATTACH PARTITION), or drop it yourself. partman does neither.']
    expect(await table.maintain('2026-03-13T12:00:00Z')).toEqual({ steps: created(...days(16)), findings: kept })
    await nothing(table)
    await table.end()
  })

  it('a shorter retention waits until somebody approves of it', async () => {
    const table = await start({ before: byTime(keep('9 days')), after: byTime(keep('1 day')) })
    const [declared] = table.after.tables
    expect(await table.maintain('2026-03-12T12:00:00Z')).toEqual({
      steps: created(...days(14, 15)),
      findings: [
        `RETENTION_UNAPPROVED: \`partman approve ${declared!.model}\` shows which, and puts it in force. Until then nothing of the table is retired or dropped.`,
      ],
    })
    await recordApprovals(pgDatabase(table.test), [{ table: declared!.table, retention: retentionTerms(declared!.policy) }], 'the owner')
    expect(await table.maintain('2026-03-12T12:00:00Z')).toEqual({ steps: ['detach-partition [2026-03-10 .. 2026-03-11)'], findings: [] })
    await nothing(table)
    await table.end()
  })

  it('a renamed table brings its partitions along, and new ones are named after it', async () => {
    const renamed = { schema: NAMES[names].table.schema, name: 'renamed "table"' }
    const policy = byTenant(byTime())
    const table = await start({
      before: policy,
      after: policy,
      document: (document) => ({ ...document, tables: document.tables.map((one) => ({ ...one, table: renamed })) }),
    })
    const missing: LiveRun = {
      steps: [],
      findings: ['TABLE_MISSING: Run `partman migrate --name <name>` and deploy the migration.'],
    }
    expect(await table.maintain(NEXT)).toEqual(missing)
    await table.deploy(sql`ALTER TABLE ${qualified(table.before.tables[0]!.table)} RENAME TO ${identifier(renamed.name)}`)
    expect(await table.maintain(NEXT)).toEqual({ steps: created(...days(14, 14)), findings: [] })
    await nothing(table)
    await table.end()
  })

  it('a renamed column is the key from then on', async () => {
    const policy = byTenant(byTime({ by: { field: 'when', column: `when "it" was`, type: 'timestamptz' } }))
    const table = await start({ before: byTenant(byTime()), after: byTenant(byTime()), document: redeclare(policy) })
    expect(await table.maintain(NEXT)).toEqual({
      steps: [],
      findings: [
        'PARTITION_KEY_DIFFERENT: PostgreSQL cannot change a partition key. Declare the key that the table has, or create the table anew. A column that is to have another name is renamed in a migration: ALTER TABLE ... RENAME COLUMN ... TO.',
      ],
    })
    const { table: declared } = table.before.tables[0]!
    await table.deploy(
      sql`ALTER TABLE ${qualified(declared)} RENAME ${identifier(columns['at'] ?? 'at')} TO ${identifier(`when "it" was`)}`,
    )
    expect(await table.maintain(NEXT)).toEqual({ steps: created(...days(14, 14)), findings: [] })
    await nothing(table)
    await table.end()
  })

  it('an added column is in old partitions and in new ones', async () => {
    const table = await start({ before: byTenant(byTime()), after: byTenant(byTime()) })
    const { table: declared } = table.before.tables[0]!
    await table.deploy(sql`ALTER TABLE ${qualified(declared)} ADD ${identifier('added "late"')} int NOT NULL DEFAULT 7`)
    await table.maintain(NEXT)
    await table.maintain('2026-03-14T12:00:00Z')
    const { rows } = await table.test.query(sql`SELECT DISTINCT ${identifier('added "late"')} AS added FROM ${qualified(declared)}`)
    expect(rows).toEqual([{ added: 7 }])
    await nothing(table)
    await table.end()
  })

  it('nothing happens to a table whose model is not annotated any more', async () => {
    const policy = byTime(keep('1 day'))
    const table = await start({ before: policy, after: policy, document: (document) => ({ ...document, tables: [] }) })
    const found = await treeOf(table)
    expect(await table.maintain('2026-03-13T12:00:00Z')).toEqual({ steps: [], findings: [] })
    expect(await treeOf(table)).toBe(found)
    await table.end()
  })

  it('a key of another type is told, and nothing is made or retired', async () => {
    const policy = byTime({ ...keep('1 day'), by: { field: 'at', column: 'at', type: 'bigint', encoding: 'epoch-seconds' } })
    const table = await start({ before: byTime(keep('1 day')), after: byTime(), document: redeclare(policy) })
    const found = await treeOf(table)
    const { steps, findings } = await table.maintain('2026-03-13T12:00:00Z')
    expect([steps, [...new Set(findings)]]).toEqual([
      [],
      [
        'PARTITION_KEY_DIFFERENT: Declare the type that the column has (@db...). PostgreSQL cannot change the type of a key column. Until then nothing is made or retired here.',
        'RETENTION_UNAPPROVED: `partman approve Event` shows which, and puts it in force. Until then nothing of the table is retired or dropped.',
      ],
    ])
    expect(await treeOf(table)).toBe(found)
    await table.end()
  })

  it('a key whose values are read otherwise loses no partition by that', async () => {
    const by = { field: 'key', column: 'key', type: 'bigint' } as const
    const seconds = byTime({ ...keep('1 week'), interval: '1 year', premake: 1, by: { ...by, encoding: 'epoch-seconds' } })
    const milliseconds = byTime({ ...keep('1 week'), interval: '1 year', premake: 1, by: { ...by, encoding: 'epoch-milliseconds' } })
    const table = await start({ before: seconds, after: seconds, document: redeclare(milliseconds) })
    const { partitions } = (await table.observe(table.before)).observation.state.tables[0]!
    const { steps, findings } = await table.maintain(NEXT)
    expect(steps.filter((step) => !step.startsWith('create-partition'))).toEqual([])
    expect(findings).toEqual([
      'RETENTION_UNAPPROVED: `partman approve Event` shows which, and puts it in force. Until then nothing of the table is retired or dropped.',
    ])
    const oids = (found: readonly Partition[]) => found.map(({ oid }) => oid)
    expect(oids((await table.observe(table.before)).observation.state.tables[0]!.partitions)).toEqual(
      expect.arrayContaining(oids(partitions)),
    )
    await table.end()
  })
})
