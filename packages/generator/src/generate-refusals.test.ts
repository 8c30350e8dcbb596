import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { refusal } from './fixtures/refusal.js'
import { schemaFolder } from './fixtures/schema-folder.js'
import { generate } from './generate.js'

/** A model that is right but for what a test puts in; the annotation stands on line 1, the fields on 3 to 6. */
const event = (
  annotation: string,
  { createdAt = 'DateTime @db.Timestamptz(6)', projectId = 'String', rest = '' } = {},
) => `/// ${annotation}
model Event {
  id        String
  projectId ${projectId}
  createdAt ${createdAt}
  kind      Kind
  tags      String[]
  secret    DateTime @default(now()) @ignore
  @@id([id, projectId, createdAt])
${rest}}

enum Kind {
  A
}
`
const PLAIN = '@partman(by: createdAt, interval: "1 day")'
const BY_TENANT = '@partman(by: createdAt, interval: "1 day", tenant: projectId)'

test.each<[string, string, string]>([
  ['a misspelt annotation', event('@partmann(by: createdAt)'), 'event.prisma:1:5: Unknown annotation @partmann\n  Did you mean @partman?'],
  ['a misspelt level', event('@partman.tenant'), 'event.prisma:1:5: Unknown annotation @partman.tenant\n  Did you mean @partman.tenants?'],
  [
    'a level that does not exist',
    event('@partman.expression(by: id)'),
    'event.prisma:1:5: Unknown annotation @partman.expression\n  There are @partman, @partman.tenants, @partman.list, @partman.hash, @partman.range and @partman.retention.',
  ],
  [
    'a misspelt argument',
    event('@partman(by: createdAt, intervall: "1 day")'),
    'event.prisma:1:29: Unknown argument "intervall" of @partman\n  Did you mean "interval"?',
  ],
  [
    'an argument that does not exist',
    event('@partman(by: createdAt, interval: "1 day", colour: "red")'),
    'event.prisma:1:48: Unknown argument "colour" of @partman\n  @partman takes by, interval, premake, retention, keep, maxSize, grace, drop, moveTo, tenant, tenants, layout, partitions, timeZone, origin, weekStart, start, encoding, epoch, orderedId, skew, default.',
  ],
  [
    'an argument given twice',
    event('@partman(by: createdAt, interval: "1 day", by: id)'),
    'event.prisma:1:48: The argument "by" of @partman is given twice\n  Keep one of the two.',
  ],
  ['no by', event('@partman(interval: "1 day")'), 'event.prisma:1:5: @partman needs the argument "by"\n  Add by: createdAt'],
  ['no interval', event('@partman(by: createdAt)'), 'event.prisma:1:5: @partman needs the argument "interval"\n  Add interval: "1 day"'],
  [
    'a field in quotes',
    event('@partman(by: "createdAt", interval: "1 day")'),
    'event.prisma:1:18: The argument "by" of @partman takes a name without quotes\n  Write by: createdAt',
  ],
  [
    'an interval that is a bare number',
    event('@partman(by: createdAt, interval: 86400)'),
    'event.prisma:1:39: interval is the number 86400, but Event.createdAt is DateTime @db.Timestamptz: its partitions are as long as a time\n  Write a number and a unit in double quotes, such as interval: "1 day".',
  ],
  [
    'a premake in quotes',
    event('@partman(by: createdAt, interval: "1 day", premake: "10")'),
    'event.prisma:1:57: The argument "premake" of @partman takes a whole number\n  For example premake: 10',
  ],
  [
    'an interval that is no duration',
    event('@partman(by: createdAt, interval: "daily")'),
    'event.prisma:1:39: "daily" is not a duration\n  Write a whole number and a unit, such as "1 day" or "3 months". Units: minute, hour, day, week, month, quarter, year.',
  ],
  [
    'an interval of nothing',
    event('@partman(by: createdAt, interval: "0 days")'),
    'event.prisma:1:39: "0 days" is not longer than nothing\n  The shortest is "1 minute".',
  ],
  [
    'an interval below a minute',
    event('@partman(by: createdAt, interval: "30 seconds")'),
    'event.prisma:1:39: "30 seconds" is counted in seconds; a minute is the smallest unit\n  The shortest is "1 minute".',
  ],
  [
    'a retention that is no duration',
    event('@partman(by: createdAt, interval: "1 day", retention: "a while")'),
    'event.prisma:1:59: "a while" is not a duration\n  Write a whole number and a unit, such as "1 day" or "3 months". Units: minute, hour, day, week, month, quarter, year.',
  ],
  [
    'a grace without a retention',
    event('@partman(by: createdAt, interval: "1 day", grace: "2 days")'),
    'event.prisma:1:55: "grace" says how long a retired partition is kept, but without "retention" none retires\n  Add retention: "30 days", or remove grace.',
  ],
  [
    'a premake of none',
    event('@partman(by: createdAt, interval: "1 day", premake: 0)'),
    'event.prisma:1:57: premake is 0; it is how many partitions to keep ahead, 1 to 10000\n  Leave it out for 10.',
  ],
  [
    'a misspelt time zone',
    event('@partman(by: createdAt, interval: "1 day", timeZone: "Europe/Viena")'),
    'event.prisma:1:58: "Europe/Viena" is not an IANA time zone\n  Did you mean "Europe/Vienna"?',
  ],
  [
    'an offset for a time zone',
    event('@partman(by: createdAt, interval: "1 day", timeZone: "+02:00")'),
    'event.prisma:1:58: "+02:00" is not an IANA time zone\n  For example "Europe/Vienna" or "UTC".',
  ],
  [
    'a misspelt field',
    event('@partman(by: createdAd, interval: "1 day")'),
    'event.prisma:1:18: Event has no field "createdAd"\n  Did you mean "createdAt"?',
  ],
  [
    'a field that does not exist',
    event('@partman(by: when, interval: "1 day")'),
    'event.prisma:1:18: Event has no field "when"\n  It has id, projectId, createdAt, kind, tags.',
  ],
  [
    'a field that Prisma Client does not have',
    event('@partman(by: secret, interval: "1 day")'),
    'event.prisma:1:18: Event.secret carries @ignore, so Prisma Client cannot write it\n  Remove @ignore, or name another field.',
  ],
  [
    'a list',
    event('@partman(by: tags, interval: "1 day")'),
    'event.prisma:1:18: Event.tags is a list; a key that partitions by range is one value\n  Name a field that is no list.',
  ],
  [
    'a text as time',
    event('@partman(by: id, interval: "1 day")'),
    'event.prisma:1:18: Event.id is String, and nothing says how it tells a time\n  Add encoding: uuid7, ulid, cuid or objectId, or partition by a DateTime.',
  ],
  [
    'a time of day',
    event(PLAIN, { createdAt: 'DateTime @db.Time(6)' }),
    'event.prisma:1:18: Event.createdAt is DateTime @db.Time; a key that partitions by range cannot be of that type\n  Supported: DateTime with @db.Timestamptz (advised), @db.Timestamp or @db.Date; Int, BigInt and Decimal without decimal places (@db.Decimal(20, 0)); String (also @db.Uuid) that begins with a time.',
  ],
  [
    'an enum as tenant',
    event('@partman(by: createdAt, interval: "1 day", tenant: kind)'),
    'event.prisma:1:56: Event.kind is Kind; a tenant key cannot be of that type\n  Supported: String (also @db.VarChar, @db.Text, @db.Uuid), Int (also @db.SmallInt) and BigInt.',
  ],
  [
    'a padded text as tenant',
    event(BY_TENANT, { projectId: 'String @db.Char(8)' }),
    'event.prisma:1:56: Event.projectId is String @db.Char; a tenant key cannot be of that type\n  Supported: String (also @db.VarChar, @db.Text, @db.Uuid), Int (also @db.SmallInt) and BigInt.',
  ],
  [
    'one field for both keys',
    event('@partman(by: createdAt, interval: "1 day", tenant: createdAt)'),
    'event.prisma:1:56: "by" and "tenant" both name Event.createdAt\n  Partition by a time, and name the field that holds the tenant.',
  ],
  [
    'tenants without a tenant',
    event('@partman(by: createdAt, interval: "1 day", tenants: Project)'),
    'event.prisma:1:57: "tenants" is given without "tenant"\n  Add tenant: and the field that holds the tenant, or remove tenants.',
  ],
  [
    'a tenant model that is none',
    event('@partman(by: createdAt, interval: "1 day", tenant: projectId, tenants: Kind)'),
    'event.prisma:1:76: Kind is not annotated with @partman.tenants\n  Write `/// @partman.tenants` above the model Kind.',
  ],
  [
    'a @@unique without the keys',
    event(BY_TENANT, { rest: '  @@unique([id, projectId])\n' }),
    'event.prisma:10:3: @@unique([id, projectId]) of Event lacks createdAt: PostgreSQL needs the whole partition key in every unique constraint\n  Write @@unique([id, projectId, createdAt]).',
  ],
  [
    'an annotation inside the model',
    event('One row per call.', { rest: `  /// ${PLAIN}\n  @@map("events")\n` }),
    'event.prisma:10:7: @partman stands at Event.@@map, inside a model\n  Put it on a `///` line directly above `model Event`, and name the field there.',
  ],
  [
    'an annotation that an empty line parts from the model',
    `/// ${PLAIN}\n\n${event('Prose.')}`,
    'event.prisma:1:5: @partman belongs to no model\n  Put it directly above a model: an empty line between the two parts them.',
  ],
  [
    'an annotation behind the model',
    event('Prose.').replace('\n}\n\nenum', `\n} /// ${PLAIN}\n\nenum`),
    'event.prisma:10:7: @partman stands behind the closing brace of Event\n  Put it on a `///` line directly above the model.',
  ],
  [
    'an annotation in a star comment',
    `/** ${PLAIN} */\n${event('Prose.')}`,
    'event.prisma:1:5: Annotations are read from /// comments only\n  Write it on `///` lines directly above the model.',
  ],
  [
    'a date that is partitioned by parts of a day',
    event('@partman(by: createdAt, interval: "36 hours")', { createdAt: 'DateTime @db.Date' }),
    'event.prisma:1:39: "36 hours" is counted in hours, but createdAt is a date without a time\n  Write "1 day" or longer, or make the field @db.Timestamptz(6).',
  ],
  [
    'an annotation above an enum',
    event('Prose.').replace('enum Kind', `/// ${PLAIN}\nenum Kind`),
    'event.prisma:12:5: @partman stands above an enum; only a model can be partitioned\n  Put it directly above a model, or remove it from Kind.',
  ],
  [
    'an annotation above an ignored model',
    event(PLAIN, { rest: '  @@ignore\n' }).replace(/ {2}secret.*\n/, ''),
    'event.prisma:1:5: @partman stands above Event, which Prisma ignores\n  Remove @@ignore from Event, or the annotation.',
  ],
  ['two annotations', event(`${PLAIN}\n/// ${PLAIN}`), 'event.prisma:2:5: Event carries @partman twice\n  Keep one of the two.'],
])('%s is refused', async (_, schema, message) => {
  expect(await refusal(schema)).toBe(message)
})

test('a key that may be null is refused, where it is no part of the primary key', async () => {
  const schema = `/// @partman(by: at, interval: "1 day", tenant: account)
model Event {
  id      Int
  at      DateTime? @db.Timestamptz(6)
  account String?
  @@unique([id])
}
`
  expect(await refusal(schema)).toBe(`partman found 2 problems in the schema and wrote nothing.

event.prisma:1:18: Event.at may be null; a key that partitions by range needs a value in every row
  Make it DateTime instead of DateTime?, and fill the rows that have none first.

event.prisma:1:49: Event.account may be null; a tenant key needs a value in every row
  Make it String instead of String?, and fill the rows that have none first.`)
})

test('a primary key and unique fields without the partition keys are refused, each with what to write instead', async () => {
  const schema = `/// @partman(by: at, interval: "1 day", tenant: account)
model Event {
  id      Int      @id
  number  Int      @unique
  at      DateTime @db.Timestamptz(6)
  account String
  @@unique([number, at])
  @@unique([number, at, account])
}
`
  expect(await refusal(schema)).toBe(`partman found 3 problems in the schema and wrote nothing.

event.prisma:3:3: @id on Event.id lacks account and at: PostgreSQL needs the whole partition key in every unique constraint
  Replace it by @@id([id, account, at]) at the end of the model.

event.prisma:4:3: @unique on Event.number lacks account and at: PostgreSQL needs the whole partition key in every unique constraint
  Replace it by @@unique([number, account, at]) at the end of the model.

event.prisma:7:3: @@unique([number, at]) of Event lacks account: PostgreSQL needs the whole partition key in every unique constraint
  Write @@unique([number, at, account]).`)
})

const RELATED = (annotation: string) => `/// ${annotation}
model Event {
  id        String
  createdAt DateTime @db.Timestamptz(6)
  previous  Event?   @relation("chain", fields: [id, createdAt], references: [id, createdAt], onDelete: NoAction, onUpdate: NoAction)
  next      Event?   @relation("chain")
  notes     Note[]
  @@id([id, createdAt])
  @@unique([createdAt, id])
}

model Note {
  id      Int      @id
  eventId String
  eventAt DateTime
  event   Event    @relation(fields: [eventId, eventAt], references: [id, createdAt], onDelete: NoAction, onUpdate: NoAction)
}
`

test('relations to a partitioned model are refused, its own among them', async () => {
  expect(await refusal(RELATED(PLAIN))).toBe(`partman found 2 problems in the schema and wrote nothing.

event.prisma:5:3: Event.previous is a relation to Event, which is partitioned: Prisma Migrate would fail with P4002 on every command
  Remove the relation from both models and keep id, createdAt as a plain field, or remove @partman from Event.

event.prisma:16:3: Note.event is a relation to Event, which is partitioned: Prisma Migrate would fail with P4002 on every command
  Remove the relation from both models and keep eventId, eventAt as a plain field, or remove @partman from Event.`)
})

test('relations that are no foreign keys are let be', async () => {
  const datasource = 'datasource db {\n  provider     = "postgresql"\n  relationMode = "prisma"\n}\n'
  const folder = schemaFolder({ 'event.prisma': RELATED(PLAIN).replaceAll('NoAction', 'Restrict') }, { datasource })
  await generate(folder.options, () => {})
  expect(existsSync(folder.output)).toBe(true)
})

test('a view may have a relation to a partitioned model', async () => {
  const datasource =
    'datasource db {\n  provider = "postgresql"\n}\n\ngenerator client {\n  provider = "prisma-client"\n  output = "x"\n  previewFeatures = ["views"]\n}\n'
  const schema = `/// ${PLAIN}
model Event {
  createdAt DateTime @id @db.Timestamptz(6)
  daily     Daily?
}

view Daily {
  at    DateTime @unique
  event Event    @relation(fields: [at], references: [createdAt])
}
`
  const folder = schemaFolder({ 'event.prisma': schema }, { datasource })
  await generate(folder.options, () => {})
  expect(existsSync(folder.output)).toBe(true)
})

test('a partitioned many-to-many relation is refused', async () => {
  const schema = `/// @partman(by: at, interval: "1 day")
model Instant {
  at   DateTime @id @db.Timestamptz(6)
  tags Tag[]
}

model Tag {
  id       Int       @id
  instants Instant[]
}
`
  expect(await refusal(schema)).toBe(
    'event.prisma:9:3: Tag.instants is a relation to Instant, which is partitioned: Prisma Migrate would fail with P4002 on every command\n  Remove the relation from both models and keep the key as a plain field, or remove @partman from Instant.',
  )
})

test.each<[string, string, string]>([
  [
    'without an @id of one field',
    '/// @partman.tenants\nmodel Project {\n  a Int\n  b Int\n  @@id([a, b])\n}\n',
    'event.prisma:1:5: Project has no @id of a single field to tell tenants by\n  Name a unique field: @partman.tenants(key: slug)',
  ],
  [
    'whose key is not unique',
    '/// @partman.tenants(key: slug)\nmodel Project {\n  id Int @id\n  slug String\n}\n',
    'event.prisma:1:27: Project.slug is not unique, so two rows could be the same tenant\n  Add @unique to slug, or name the @id.',
  ],
  [
    'whose key may be null',
    '/// @partman.tenants(key: slug)\nmodel Project {\n  id Int @id\n  slug String? @unique\n}\n',
    'event.prisma:1:27: Project.slug may be null; a tenant key needs a value in every row\n  Make it String instead of String?, and fill the rows that have none first.',
  ],
  [
    'whose key is of a type that cannot be one',
    '/// @partman.tenants\nmodel Project {\n  id Decimal @id\n}\n',
    'event.prisma:3:3: Project.id is Decimal; a tenant key cannot be of that type\n  Supported: String (also @db.VarChar, @db.Text, @db.Uuid), Int (also @db.SmallInt) and BigInt.',
  ],
  [
    'with a misspelt key',
    '/// @partman.tenants(key: slugg)\nmodel Project {\n  id Int @id\n  slug String @unique\n}\n',
    'event.prisma:1:27: Project has no field "slugg"\n  Did you mean "slug"?',
  ],
  [
    'that is annotated twice',
    '/// @partman.tenants\n/// @partman.tenants(key: id)\nmodel Project {\n  id Int @id\n}\n',
    'event.prisma:2:5: Project carries @partman.tenants twice\n  Keep one of the two.',
  ],
  [
    'that is partitioned itself',
    '/// @partman.tenants(key: at)\n/// @partman(by: at, interval: "1 day")\nmodel Project {\n  at DateTime @id @db.Timestamptz(6)\n}\n',
    `partman found 2 problems in the schema and wrote nothing.

event.prisma:1:5: Project carries both @partman and @partman.tenants
  A tenant table stays a plain table: other tables refer to its key, which a partitioned table cannot keep unique. Remove one of the two.

event.prisma:1:27: Project.at is DateTime @db.Timestamptz; a tenant key cannot be of that type
  Supported: String (also @db.VarChar, @db.Text, @db.Uuid), Int (also @db.SmallInt) and BigInt.`,
  ],
  [
    'whose key is of another type than the field',
    `/// @partman.tenants\nmodel Project {\n  id Int @id\n}\n\n${event(BY_TENANT)}`,
    'event.prisma:6:56: Event.projectId is text, but the tenant key Project.id is integer\n  Give both fields the same type.',
  ],
])('a tenant model %s is refused', async (_, schema, message) => {
  expect(await refusal(schema)).toBe(message)
})

const TWO_TENANT_MODELS =
  '/// @partman.tenants\nmodel Project {\n  id String @id\n}\n\n/// @partman.tenants\nmodel Account {\n  id String @id\n}\n\n'

test('a tenant field that could belong to either of two tenant models is refused', async () => {
  expect(await refusal(TWO_TENANT_MODELS + event(BY_TENANT))).toBe(
    'event.prisma:11:56: Event.projectId is a relation to none of the 2 tenant models\n  Say which it is: tenants: Project or tenants: Account.',
  )
})

test('a tenant field that refers to another field than tenants are told by is refused', async () => {
  const schema = `/// @partman.tenants(key: slug)
model Project {
  id     String  @id
  slug   String  @unique
  events Event[]
}

/// @partman(by: createdAt, interval: "1 day", tenant: projectId)
model Event {
  projectId String
  createdAt DateTime @db.Timestamptz(6)
  project   Project  @relation(fields: [projectId], references: [id])
  @@id([projectId, createdAt])
}
`
  expect(await refusal(schema)).toBe(
    'event.prisma:8:56: Event.projectId refers to Project.id, but tenants are told by Project.slug\n  Write @partman.tenants(key: id) above Project, or name the field that holds slug.',
  )
})

test('a misspelt tenant model is refused', async () => {
  const annotation = '@partman(by: createdAt, interval: "1 day", tenant: projectId, tenants: Projects)'
  expect(await refusal(TWO_TENANT_MODELS + event(annotation))).toBe(
    'event.prisma:11:76: Projects is not annotated with @partman.tenants\n  Did you mean Project?',
  )
})

test('tenant fields of two types without a tenant model are refused', async () => {
  const other =
    '/// @partman(by: at, interval: "1 day", tenant: owner)\nmodel Visit {\n  owner Int\n  at DateTime @db.Timestamptz(6)\n  @@id([owner, at])\n}\n'
  expect(await refusal(`${event(BY_TENANT)}\n${other}`)).toBe(
    'event.prisma:16:49: Visit.owner is integer, but the tenants of Event are text, and neither has a tenant model\n  Give both fields the same type, or annotate the models that hold the tenants with @partman.tenants.',
  )
})

test.each<[string, Record<string, string>, string[], string]>([
  [
    'is a schema of the datasource',
    { partitionSchema: 'app' },
    ['app'],
    'partitionSchema is "app", a schema of the datasource: Prisma Migrate would see every partition as drift',
  ],
  [
    'is the default schema',
    { partitionSchema: 'public' },
    [],
    'partitionSchema is "public", a schema of the datasource: Prisma Migrate would see every partition as drift',
  ],
  ['is the schema of the bookkeeping', { partitionSchema: 'partman' }, [], 'partitionSchema is "partman", which is reserved'],
  ['is a schema of the system', { partitionSchema: 'pg_partitions' }, [], 'partitionSchema is "pg_partitions", which is reserved'],
  ['is empty', { partitionSchema: '' }, [], 'partitionSchema is not the name of a schema'],
  [
    'is longer than PostgreSQL keeps',
    { partitionSchema: 'é'.repeat(32) },
    [],
    'partitionSchema is longer than the 63 bytes that PostgreSQL keeps of a name',
  ],
])('a partition schema that %s is refused', async (_, config, schemas, message) => {
  const datasource =
    'datasource db {\n  provider = "postgresql"\n}\n\ngenerator partman {\n  provider = "partman-generator"\n  partitionSchema = "x"\n}\n'
  expect(await refusal(event(PLAIN), { config, schemas, datasource })).toBe(
    `datasource.prisma:7:3: ${message}\n  Name a schema that holds nothing else, or leave it out for "partman_partitions".`,
  )
})

test.each(['0%', '101%', 'half', '50'])('a share of %s is refused', async (retireAtMost) => {
  const datasource =
    'datasource db {\n  provider = "postgresql"\n}\n\ngenerator partman {\n  provider = "partman-generator"\n  retireAtMost = "x"\n}\n'
  expect(await refusal(event(PLAIN), { config: { retireAtMost }, datasource })).toMatch(
    `datasource.prisma:7:3: retireAtMost is "${retireAtMost}", and not a share from 1 % to 100 %`,
  )
})

test('a misspelt setting is refused', async () => {
  expect(await refusal(event(PLAIN), { config: { partitionShema: 'x' } })).toBe(
    'datasource.prisma:1:1: Unknown setting "partitionShema" of generator partman\n  Did you mean "partitionSchema"?',
  )
})

test('a relation as a key is refused, with the field to name instead', async () => {
  const schema = `/// @partman.tenants
model Project {
  id     String  @id
  events Event[]
}

/// @partman(by: createdAt, interval: "1 day", tenant: project)
model Event {
  projectId String
  createdAt DateTime @db.Timestamptz(6)
  project   Project  @relation(fields: [projectId], references: [id])
  @@id([projectId, createdAt])
}
`
  expect(await refusal(schema)).toBe(
    'event.prisma:7:56: Event.project is a relation, not a column\n  Name the field it is stored in: projectId.',
  )
  expect(await refusal(schema.replace('.tenants', '.tenants(key: events)').replace('tenant: project', 'tenant: projectId'))).toBe(
    'event.prisma:1:27: Project.events is a relation, not a column\n  Name a field that is stored in this table.',
  )
})

test('an annotation above a view is refused', async () => {
  const datasource =
    'datasource db {\n  provider = "postgresql"\n}\n\ngenerator client {\n  provider = "prisma-client"\n  output = "x"\n  previewFeatures = ["views"]\n}\n'
  const view = `/// ${PLAIN}\nview Daily {\n  createdAt DateTime @unique @db.Timestamptz(6)\n}\n`
  expect(await refusal(view, { datasource })).toBe(
    'event.prisma:1:5: @partman stands above a view; only a model can be partitioned\n  Put it directly above a model, or remove it from Daily.',
  )
})

test('an annotation above a composite type, and another database than PostgreSQL, are refused', async () => {
  const datasource = 'datasource db {\n  provider = "mongodb"\n}\n'
  const type = `/// @partman.tenants\ntype Address {\n  city String\n}\n`
  expect(await refusal(type, { datasource, provider: 'mongodb' })).toBe(`partman found 2 problems in the schema and wrote nothing.

datasource.prisma:2:3: The datasource is mongodb; partman partitions PostgreSQL tables
  Set provider = "postgresql".

event.prisma:1:5: @partman.tenants stands above a type; only a model can be a tenant table
  Put it directly above a model, or remove it from Address.`)
})

test('two models cannot have one table: Prisma refuses that itself', () => {
  const models = 'model A {\n  id Int @id\n  @@map("x")\n}\nmodel B {\n  id Int @id\n  @@map("x")\n}\n'
  expect(() => schemaFolder({ 'event.prisma': models })).toThrow(/another model with this name exists|already exists|database name/)
})

test('all problems of a schema are told at once, in the order of their places', async () => {
  const folder = schemaFolder({
    'b.prisma': event('@partman(by: createdAt, intervall: "1 day")'),
    'a.prisma': '/// @partman(by: at)\nmodel A {\n  id Int @id\n}\n\n/// @partman.tenants(ky: id)\nmodel T {\n  id Int @id\n}\n',
  })
  await expect(
    generate(folder.options, () => {}).catch((error: Error) => folder.relative(error.message)),
  ).resolves.toBe(`partman found 3 problems in the schema and wrote nothing.

a.prisma:1:5: @partman needs the argument "interval"
  Add interval: "1 day"

a.prisma:6:22: Unknown argument "ky" of @partman.tenants
  Did you mean "key"?

b.prisma:1:29: Unknown argument "intervall" of @partman
  Did you mean "interval"?`)
})

/** A tenant model with a trigger, and a model by its tenants with these fields. */
const withTrigger = (fields: string, by = 'tenant: projectId') => `/// @partman.tenants(key: id, trigger: true)
model Project {
  id     String  @id
  events Event[]
  users  User[]
}

model User {
  id        String   @id
  projectId String?
  project   Project? @relation(fields: [projectId], references: [id])
  events    Event[]
}

/// @partman(by: createdAt, interval: "1 day", ${by})
model Event {
  projectId String
  userId    String
  createdAt DateTime @db.Timestamptz(6)
${fields}
  @@id([projectId, createdAt])
}
`
const TO_PROJECT = '  project   Project  @relation(fields: [projectId], references: [id])\n'
const TO_USER = '  user      User     @relation(fields: [userId], references: [id])\n'

test('a trigger beside a foreign key to its table is refused, at the relation', async () => {
  expect(await refusal(withTrigger(TO_PROJECT).replace('  events    Event[]\n', ''))).toBe(
    'event.prisma:19:3: Event.project is a foreign key to Project, whose trigger is to make partitions of Event: two sign-ups at once would deadlock (SHARE ROW EXCLUSIVE)\n' +
      '  Remove the relation from both models and keep projectId as a plain field, or remove trigger: true from Project.',
  )
})

test('a trigger beside a DEFAULT partition is refused, where that is asked for', async () => {
  const message =
    'Event has a DEFAULT partition beside those of each Project, whose trigger is to make them: two sign-ups at once would deadlock (ACCESS EXCLUSIVE), and a tenant with rows in the DEFAULT could not be inserted\n' +
    '  Remove default: true, or remove trigger: true from Project.'
  const plain = (by: string) => withTrigger('', by).replaceAll(/^ +events +Event\[\]\n/gm, '')
  const prefixed = plain('tenant: projectId, tenants: Project, layout: range, default: true')
  expect(await refusal(prefixed)).toBe(`event.prisma:13:109: ${message}`)
  const listed = plain('').replace(
    /.*@partman\(by.*/,
    '/// @partman.list(by: projectId, tenants: Project, default: true)\n/// @partman.range(by: createdAt, interval: "1 day")',
  )
  expect(await refusal(listed)).toBe(`event.prisma:13:61: ${message}`)
  const below = schemaFolder({ 'event.prisma': plain('tenant: projectId, tenants: Project, default: true') })
  await generate(below.options, () => {})
})

test('a trigger where it deadlocks with nothing, or with some transactions, or has nothing to do', async () => {
  const warningsOf = async (schema: string, options?: Parameters<typeof schemaFolder>[1]) => {
    const folder = schemaFolder({ 'event.prisma': schema }, options)
    const printed: string[] = []
    await generate(folder.options, (text) => printed.push(folder.relative(text)))
    return printed.join('\n')
  }
  const withoutProject = withTrigger(TO_USER, 'tenant: projectId, tenants: Project').replace('  events Event[]\n', '')
  expect(await warningsOf(withoutProject)).toBe(
    'event.prisma:19:3: warning: Event.user is a foreign key to User: transactions that write to User and then insert a Project, whose trigger makes partitions, may deadlock\n' +
      '  Insert the Project first, or drop the relation and keep the plain field.',
  )
  expect(await warningsOf(withoutProject.replace('trigger: true', 'trigger: false'))).toBe('')
  expect(await warningsOf(withTrigger(TO_PROJECT + TO_USER, 'premake: 3'))).toBe(
    'event.prisma:1:40: warning: No model has partitions for each Project, so there is nothing that a trigger could make\n' +
      '  Remove trigger: true, or write tenant: into the @partman(...) of a model.\n' +
      'event.prisma:20:3: warning: Event.project is a foreign key to Project: while a partition is made, writes to Project wait (SHARE ROW EXCLUSIVE)\n' +
      '  Where that matters, drop the relation and keep the plain field.',
  )
  const datasource = 'datasource db {\n  provider     = "postgresql"\n  relationMode = "prisma"\n}\n'
  const relations = withTrigger(TO_PROJECT + TO_USER).replaceAll(
    'references: [id]',
    'references: [id], onDelete: Restrict, onUpdate: Restrict',
  )
  expect(await warningsOf(relations, { datasource })).toBe('')
})
