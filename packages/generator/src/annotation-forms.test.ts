import type { PartitionPolicy, PartmanDocument } from '@partman/core'
import { describe, expect, test } from 'vitest'
import { schemaFolder } from './fixtures/schema-folder.js'
import { readDocument } from './generate.js'

/** Reads a schema whose model `Event` has these annotations and fields. */
function read(annotations: string, fields: string, rest = ''): { document: PartmanDocument; warnings: string[] } {
  const lines = annotations.split('\n').map((line) => `/// ${line.trim()}`)
  const folder = schemaFolder({ 'event.prisma': `${lines.join('\n')}\nmodel Event {\n${fields}\n}\n${rest}` })
  const { document, warnings } = readDocument(folder.options)
  return { document, warnings: warnings.map(({ position: { line, column }, message }) => `${line}:${column} ${message}`) }
}

function policyOf(annotations: string, fields: string, rest?: string): PartitionPolicy | undefined {
  return read(annotations, fields, rest).document.tables[0]?.policy
}

const column = (name: string, type: string, more = {}) => ({ field: name, column: name, type, ...more })
const byTime = (given: object) => ({
  kind: 'range',
  by: column('at', 'timestamptz'),
  prefix: null,
  interval: '1 day',
  timeZone: 'UTC',
  origin: null,
  start: null,
  premake: 10,
  retention: null,
  default: false,
  subpartition: null,
  ...given,
})
const byNumber = (given: object) => ({
  kind: 'number-range',
  by: column('id', 'bigint'),
  prefix: null,
  interval: '1000000',
  start: '0',
  premake: 10,
  retention: null,
  default: false,
  subpartition: null,
  ...given,
})
const byTenant = (given: object) => ({
  kind: 'tenants',
  by: column('owner', 'text'),
  tenants: 'default',
  default: false,
  subpartition: null,
  ...given,
})
const byHash = (by: readonly object[], partitions: number, subpartition: object | null = null) => ({
  kind: 'hash',
  by,
  partitions,
  subpartition,
})
const byValues = (by: object, values: readonly (readonly string[])[], given: object = {}) => ({
  kind: 'list',
  by,
  values,
  default: false,
  subpartition: null,
  ...given,
})

const AT = '  at DateTime @id @db.Timestamptz(6)'
const OWNED = '  owner String\n  at DateTime @db.Timestamptz(6)\n  @@id([owner, at])'

describe('the short form by time', () => {
  test.each<[string, object]>([
    ['interval: "1 day"', {}],
    ['interval: "1 week", weekStart: sunday', { interval: '1 week', origin: '1970-01-04' }],
    ['interval: "2 weeks", weekStart: thursday', { interval: '2 weeks', origin: '1970-01-01' }],
    ['interval: "1 week", weekStart: monday', { interval: '1 week', origin: null }],
    [
      'interval: "1 year", origin: "2024-04-01", timeZone: "Asia/Tokyo"',
      { interval: '1 year', origin: '2024-04-01', timeZone: 'Asia/Tokyo' },
    ],
    ['interval: "1 month", origin: "2024-02-28"', { interval: '1 month', origin: '2024-02-28' }],
    ['interval: "2 weeks", origin: "2024-01-31"', { interval: '2 weeks', origin: '2024-01-31' }],
    ['interval: "12 hours", origin: "2024-01-31 06:00"', { interval: '12 hours', origin: '2024-01-31 06:00' }],
    ['interval: "90 minutes", origin: "2024-02-29"', { interval: '90 minutes', origin: '2024-02-29' }],
    ['interval: "1 day", start: "2024-02-29"', { start: '2024-02-29' }],
    ['interval: "1 day", premake: 1, default: true', { premake: 1, default: true }],
    ['interval: "1 day", default: false, retention: "1 year"', { retention: { kind: 'age', after: '1 year', grace: '24 hours' } }],
    [
      'interval: "1 day", retention: "1 year", drop: false',
      { retention: { kind: 'age', after: '1 year', grace: '24 hours', afterGrace: { kind: 'keep' } } },
    ],
    ['interval: "1 day", keep: 12, drop: true', { retention: { kind: 'count', partitions: 12, grace: '24 hours' } }],
    [
      'interval: "1 day", keep: 12, moveTo: "Old \\"rows\\""',
      { retention: { kind: 'count', partitions: 12, grace: '24 hours', afterGrace: { kind: 'move', schema: 'Old "rows"' } } },
    ],
    ['interval: "1 day", keep: 12', { retention: { kind: 'count', partitions: 12, grace: '24 hours' } }],
    ['interval: "1 day", maxSize: "50 GB", grace: "2 days"', { retention: { kind: 'size', size: '50 GB', grace: '2 days' } }],
  ])('%s', (options, given) => {
    expect(read(`@partman(by: at, ${options})`, AT)).toMatchObject({ document: { tables: [{ policy: byTime(given) }] }, warnings: [] })
    expect(policyOf(`@partman(by: at, ${options})`, AT)).toEqual(byTime(given))
  })
})

describe('the short form by tenant and time', () => {
  const text = column('owner', 'text')
  test.each<[string, object]>([
    ['tenant: owner', byTenant({ subpartition: byTime({}) })],
    ['tenant: owner, layout: list, default: true', byTenant({ subpartition: byTime({ default: true }) })],
    ['tenant: owner, layout: range', byTime({ prefix: { by: text, tenants: 'default' } })],
    ['tenant: owner, layout: hash, partitions: 16', byHash([text], 16, byTime({}))],
  ])('%s', (options, policy) => {
    expect(policyOf(`@partman(by: at, interval: "1 day", ${options})`, OWNED)).toEqual(policy)
  })

  test('a tenant column in front of the range belongs to a tenant model, as a list does', () => {
    const project = '/// @partman.tenants\nmodel Project {\n  id String @id\n}\n'
    const { document } = read('@partman(by: at, interval: "1 day", tenant: owner, tenants: Project, layout: range)', OWNED, project)
    expect(document.tables[0]?.policy).toEqual(byTime({ prefix: { by: column('owner', 'text'), tenants: 'Project' } }))
    expect(document.tenantSets.map(({ name }) => name)).toEqual(['Project'])
  })

  test('a table that is spread by hash has no tenant set', () => {
    const { document } = read('@partman(by: at, interval: "1 day", tenant: owner, layout: hash, partitions: 2)', OWNED)
    expect(document.tenantSets).toEqual([])
  })
})

describe('a key that tells a time', () => {
  test.each<[string, string, object]>([
    ['String @id @default(uuid(7)) @db.Uuid', '', column('id', 'uuid', { encoding: 'uuid7' })],
    ['String @id @default(uuid(7))', '', column('id', 'text', { encoding: 'uuid7' })],
    ['String @id @default(ulid()) @db.VarChar(26)', '', column('id', 'text', { encoding: 'ulid' })],
    ['String @id @default(cuid())', '', column('id', 'text', { encoding: 'cuid' })],
    ['String @id @default(dbgenerated("uuidv7()")) @db.Uuid', '', column('id', 'uuid', { encoding: 'uuid7' })],
    ['String @id @default(uuid(7)) @db.Uuid', ', encoding: uuid7', column('id', 'uuid', { encoding: 'uuid7' })],
    ['String @id @db.Uuid', ', encoding: uuid7', column('id', 'uuid', { encoding: 'uuid7' })],
    ['String @id @db.Uuid', ', encoding: ulid', column('id', 'uuid', { encoding: 'ulid' })],
    ['String @id', ', encoding: ulid', column('id', 'text', { encoding: 'ulid' })],
    ['String @id', ', encoding: objectId', column('id', 'text', { encoding: 'object-id' })],
    ['Int @id', ', encoding: epochSeconds', column('id', 'integer', { encoding: 'epoch-seconds' })],
    ['BigInt @id', ', encoding: epochMilliseconds', column('id', 'bigint', { encoding: 'epoch-milliseconds' })],
    ['Decimal @id @db.Decimal(20, 0)', ', encoding: epochMilliseconds', column('id', 'numeric', { encoding: 'epoch-milliseconds' })],
    ['BigInt @id', ', encoding: snowflake', column('id', 'bigint', { encoding: 'snowflake' })],
    ['BigInt @id', ', encoding: snowflake, epoch: 1288834974657', column('id', 'bigint', { encoding: 'snowflake', epoch: 1288834974657 })],
  ])('%s%s', (type, encoding, by) => {
    expect(policyOf(`@partman(by: id, interval: "1 month"${encoding})`, `  id ${type}`)).toEqual(byTime({ by, interval: '1 month' }))
  })
})

test('an id beside the key tells where a row is', () => {
  const fields = '  id String @default(uuid(7)) @db.Uuid\n  at DateTime @db.Timestamptz\n  @@id([id, at])'
  const orderedId = { by: column('id', 'uuid', { encoding: 'uuid7' }), skew: '5 minutes' }
  expect(policyOf('@partman(by: at, interval: "1 day", orderedId: id, skew: "5 minutes")', fields)).toMatchObject({ orderedId })
  expect(policyOf('@partman.range(by: at, interval: "1 day", orderedId: id, skew: "5 minutes")', fields)).toMatchObject({ orderedId })
})

describe('a key that counts', () => {
  test.each<[string, string, object]>([
    ['BigInt @id @default(autoincrement())', 'interval: 1000000', {}],
    ['Int @id', 'interval: 1000000', { by: column('id', 'integer') }],
    ['Int @id @db.SmallInt', 'interval: 100, start: -32768', { by: column('id', 'smallint'), interval: '100', start: '-32768' }],
    ['Decimal @id @db.Decimal(20, 0)', 'interval: 007, start: -0', { by: column('id', 'numeric'), interval: '7' }],
    [
      'BigInt @id',
      'interval: 1000000, keep: 3, premake: 2',
      { retention: { kind: 'count', partitions: 3, grace: '24 hours' }, premake: 2 },
    ],
    ['BigInt @id', 'interval: 1000000, maxSize: "1 TB"', { retention: { kind: 'size', size: '1 TB', grace: '24 hours' } }],
    ['BigInt @id', 'interval: 1000000, default: true', { default: true }],
    ['BigInt @id', 'interval: 838488366986797800', { interval: '838488366986797800' }],
  ])('%s, %s', (type, options, given) => {
    expect(policyOf(`@partman(by: id, ${options})`, `  id ${type}`)).toEqual(byNumber(given))
  })

  test('has a tenant in front of it as well', () => {
    const fields = '  owner String\n  id BigInt\n  @@id([owner, id])'
    const prefix = { by: column('owner', 'text'), tenants: 'default' }
    expect(policyOf('@partman(by: id, interval: 1000000, tenant: owner, layout: range)', fields)).toEqual(byNumber({ prefix }))
    expect(policyOf('@partman(by: id, interval: 1000000, tenant: owner)', fields)).toEqual(byTenant({ subpartition: byNumber({}) }))
  })
})

describe('a list level', () => {
  const KIND = 'enum Kind {\n  ACTIVE   @map("active")\n  ARCHIVED\n  true\n}\n'
  const uuid = '018F6D5E-7C00-7000-8000-000000000000'
  test.each<[string, string, object]>([
    ['String', 'values: ["eu", ["us", "ca"]]', byValues(column('k', 'text'), [['eu'], ['us', 'ca']])],
    ['String @db.VarChar(2)', 'values: ["éé", ""], default: true', byValues(column('k', 'text'), [['éé'], ['']], { default: true })],
    ['Kind', 'values: [ACTIVE, [ARCHIVED, true]]', byValues(column('k', 'enum'), [['active'], ['ARCHIVED', 'true']])],
    ['Kind', 'default: true', byValues(column('k', 'enum'), [['active'], ['ARCHIVED'], ['true']], { default: true })],
    ['Boolean', 'default: false', byValues(column('k', 'boolean'), [['true'], ['false']])],
    ['Boolean', 'values: [[false, true]]', byValues(column('k', 'boolean'), [['false', 'true']])],
    ['Int', 'values: [1, [-2, 003]]', byValues(column('k', 'integer'), [['1'], ['-2', '3']])],
    ['Int @db.SmallInt', 'values: [-32768, 32767]', byValues(column('k', 'smallint'), [['-32768'], ['32767']])],
    ['BigInt', 'values: [9223372036854775807]', byValues(column('k', 'bigint'), [['9223372036854775807']])],
    ['String @db.Uuid', `values: ["${uuid}"]`, byValues(column('k', 'uuid'), [[uuid.toLowerCase()]])],
  ])('by %s, %s', (type, options, policy) => {
    expect(policyOf(`@partman.list(by: k, ${options})`, `  k ${type} @id`, KIND)).toEqual(policy)
  })

  test('of an enum or a Boolean that leaves a value out is warned of, unless there is a DEFAULT partition', () => {
    const warningsOf = (options: string, type = 'Kind') => read(`@partman.list(by: k, ${options})`, `  k ${type} @id`, KIND).warnings
    expect(warningsOf('values: [ACTIVE]')).toEqual([
      '1:34 Event.k may be ARCHIVED or true, which no partition holds: PostgreSQL refuses such a row',
    ])
    expect(warningsOf('values: [true]', 'Boolean')).toEqual([
      '1:34 Event.k may be false, which no partition holds: PostgreSQL refuses such a row',
    ])
    expect(warningsOf('values: [ACTIVE], default: true')).toEqual([])
  })

  test('by tenant, with a model of its own or none', () => {
    const project = '/// @partman.tenants\nmodel Project {\n  id String @id\n}\n'
    expect(policyOf('@partman.list(by: owner, tenants: Project, default: true)', '  owner String @id', project)).toEqual(
      byTenant({ tenants: 'Project', default: true }),
    )
    expect(read('@partman.list(by: owner, tenants: default)', '  owner String @id', project).document).toMatchObject({
      tenantSets: [{ name: 'Project' }, { name: 'default', type: 'text', source: null }],
      tables: [{ policy: byTenant({}) }],
    })
  })
})

test.each<[string, object]>([
  ['@partman.hash(by: owner, partitions: 8)', byHash([column('owner', 'text')], 8)],
  ['@partman.hash(by: [owner, at], partitions: 8)', byHash([column('owner', 'text'), column('at', 'timestamptz')], 8)],
  [
    '@partman.range(by: at, interval: "1 week", weekStart: sunday, premake: 4)',
    byTime({ interval: '1 week', origin: '1970-01-04', premake: 4 }),
  ],
  [
    '@partman.range(by: at, interval: "1 day")\n@partman.retention(after: "30 days", grace: "2 days")',
    byTime({ retention: { kind: 'age', after: '30 days', grace: '2 days' } }),
  ],
  [
    '@partman.list(by: owner, tenants: default)\n@partman.range(by: at, interval: "1 month", timeZone: "Europe/Vienna")\n@partman.retention(keep: 12)\n@partman.hash(by: at, partitions: 4)',
    byTenant({
      subpartition: byTime({
        interval: '1 month',
        timeZone: 'Europe/Vienna',
        retention: { kind: 'count', partitions: 12, grace: '24 hours' },
        subpartition: byHash([column('at', 'timestamptz')], 4),
      }),
    }),
  ],
  [
    '@partman.range(by: at, interval: "1 year")\n@partman.retention(maxSize: "2 TB")\n@partman.list(by: owner, values: ["eu"], default: true)',
    byTime({
      interval: '1 year',
      retention: { kind: 'size', size: '2 TB', grace: '24 hours' },
      subpartition: byValues(column('owner', 'text'), [['eu']], { default: true }),
    }),
  ],
])('the long form %s', (annotations, policy) => {
  expect(policyOf(annotations, OWNED)).toEqual(policy)
})

test('a hash is of every type that PostgreSQL has a hash for and Prisma a field', () => {
  const types: [string, string][] = [
    ['String @db.Uuid', 'uuid'],
    ['Int', 'integer'],
    ['Boolean', 'boolean'],
    ['Kind', 'enum'],
    ['Decimal', 'numeric'],
    ['Decimal @db.Decimal(9, 2)', 'numeric'],
    ['DateTime', 'timestamp'],
    ['DateTime @db.Date', 'date'],
  ]
  const names = types.map((_, index) => `f${index}`)
  const fields = types.map(([type], index) => `  f${index} ${type}`).join('\n')
  const { document, warnings } = read(
    `@partman.hash(by: [${names}], partitions: 2)`,
    `${fields}\n  @@id([${names}])`,
    'enum Kind {\n  A\n}\n',
  )
  expect(document.tables[0]?.policy).toEqual(
    byHash(
      types.map(([, type], index) => column(`f${index}`, type)),
      2,
    ),
  )
  expect(warnings).toEqual([])
})

test('the columns of every level are those of the database', () => {
  const fields = '  region String @map("re gion")\n  day DateTime @map("d\\"ay") @db.Date\n  @@id([region, day])'
  const annotations = '@partman.list(by: region, values: ["eu"])\n@partman.range(by: day, interval: "1 week")'
  expect(policyOf(annotations, fields)).toEqual(
    byValues({ field: 'region', column: 're gion', type: 'text' }, [['eu']], {
      subpartition: byTime({ by: { field: 'day', column: 'd"ay', type: 'date' }, interval: '1 week' }),
    }),
  )
})

test('a field without a time zone is warned of where it partitions by range, and @updatedAt at every level', () => {
  const fields = '  at DateTime @updatedAt\n  @@id([at])'
  const zone = '2:3 Event.at has no time zone: a row that raw SQL inserts may land hours off, in another partition'
  const update = '2:3 Event.at is @updatedAt: every update may move the row to another partition'
  const warningsOf = (annotations: string) => read(annotations, fields).warnings.map((text) => text.replace(/^\d/, '2'))
  expect(warningsOf('@partman.hash(by: at, partitions: 2)')).toEqual([update])
  expect(warningsOf('@partman.range(by: at, interval: "1 day")')).toEqual([zone, update])
  expect(warningsOf('@partman.hash(by: at, partitions: 2)\n@partman.range(by: at, interval: "1 day")')).toEqual([zone, update])
})
