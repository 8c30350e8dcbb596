import { expect, test } from 'vitest'
import { refusal } from './fixtures/refusal.js'

/** A model that is right but for its annotations; the first stands on line 1, the second on line 2. */
const event = (annotations: string) => `${annotations
  .split('\n')
  .map((line) => `/// ${line}`)
  .join('\n')}
model Event {
  id      BigInt   @default(autoincrement())
  number  Int
  small   Int      @db.SmallInt
  whole   Decimal  @db.Decimal(5, 0)
  price   Decimal  @db.Decimal(9, 2)
  at      DateTime @db.Timestamptz(6)
  day     DateTime @db.Date
  owner   String   @db.VarChar(8)
  token   String   @default(uuid()) @db.Uuid
  cuid    String   @default(cuid(2))
  nano    String   @default(nanoid())
  random  String   @default(dbgenerated("gen_random_uuid()")) @db.Uuid
  ulid    String   @default(ulid())
  uuid    String   @db.Uuid
  kind    Kind
  flag    Boolean
  share   Float
  @@id([id, number, small, whole, price, at, day, owner, token, cuid, nano, random, ulid, uuid, kind, flag])
}

enum Kind {
  ACTIVE
  ARCHIVED
}
`
/** What is said of annotations, without the place, which » marks. */
async function told(marked: string): Promise<string> {
  const before = marked.slice(0, marked.indexOf('»')).split('\n')
  const place = `event.prisma:${before.length}:${(before.at(-1)?.length ?? 0) + '/// '.length + 1}: `
  const message = await refusal(event(marked.replace('»', '')))
  return message.startsWith(place) ? message.slice(place.length) : message
}

const AT = '@partman(by: at, interval: "1 day"'
const ID = '@partman(by: id, interval: 1000000'

test.each<[string, string, string]>([
  [
    'two kinds of retention',
    `${AT}, retention: "30 days", keep: »12)`,
    '"keep" is given beside "retention"; partitions retire by age, by count or by size\n  Keep one of the two.',
  ],
  [
    'retention by count and by size',
    `${AT}, maxSize: »"1 GB", keep: 12)`,
    '"maxSize" is given beside "keep"; partitions retire by age, by count or by size\n  Keep one of the two.',
  ],
  [
    'a retired partition that is kept and moved',
    `${AT}, retention: "30 days", drop: false, moveTo: »"archive")`,
    '"moveTo" is given beside "drop"; a retired partition is dropped, kept or moved\n  Keep one of the two.',
  ],
  [
    'a move without a retention',
    `${AT}, moveTo: »"archive")`,
    '"moveTo" says where a retired partition goes, but without "retention" none retires\n  Add retention: "30 days", or remove moveTo.',
  ],
  [
    'a drop without a retention',
    `${AT}, drop: »false)`,
    '"drop" says whether a retired partition is dropped, but without "retention" none retires\n  Add retention: "30 days", or remove drop.',
  ],
  [
    'a move to a schema of the datasource',
    `${AT}, retention: "30 days", moveTo: »"public")`,
    'moveTo is "public", a schema of the datasource: Prisma Migrate would see every partition as drift\n  Name a schema that neither Prisma nor partman looks after, such as "archive".',
  ],
  [
    'a move to where partitions live, in the long form',
    `@partman.range(by: at, interval: "1 day")\n@partman.retention(after: "30 days", moveTo: »"partman_partitions")`,
    'moveTo is "partman_partitions", where the partitions live that are in use\n  Name a schema that neither Prisma nor partman looks after, such as "archive".',
  ],
  [
    "a move to partman's own schema",
    `${AT}, keep: 3, moveTo: »"partman")`,
    'moveTo is "partman", which is reserved\n  Name a schema that neither Prisma nor partman looks after, such as "archive".',
  ],
  [
    'a move to nowhere',
    `${AT}, keep: 3, moveTo: »"")`,
    'moveTo is not the name of a schema\n  Name a schema that neither Prisma nor partman looks after, such as "archive".',
  ],
  [
    'a keep of none',
    `${AT}, keep: »0)`,
    'keep is 0; it is how many partitions to keep behind the current one, 1 to 1000000\n  For example 12. Leave it out to keep everything.',
  ],
  [
    'a size without a blank',
    `${AT}, maxSize: »"50GB")`,
    '"50GB" is not a size\n  Write a whole number and a unit, such as "50 GB". Units: MB, GB, TB.',
  ],
  [
    'a size that is a number',
    `${AT}, maxSize: »50)`,
    'The argument "maxSize" of @partman takes a number and a unit in double quotes\n  For example maxSize: "50 GB"',
  ],
  [
    'a grace that is no duration',
    `${AT}, keep: 1, grace: »"soon")`,
    '"soon" is not a duration\n  Write a whole number and a unit, such as "1 day" or "3 months". Units: minute, hour, day, week, month, quarter, year.',
  ],
  [
    'a DEFAULT partition beside retention',
    `${AT}, keep: 3, default: »true)`,
    '"default" is given beside "keep": where there is a DEFAULT partition, no other can be detached concurrently\n  Keep one of the two.',
  ],
  [
    'a default in quotes',
    `${AT}, default: »"true")`,
    'The argument "default" of @partman takes true or false\n  For example default: true',
  ],
  [
    'a default that is a name',
    `${AT}, default: »yes)`,
    'The argument "default" of @partman takes true or false\n  For example default: true',
  ],

  [
    'an interval that is no duration, and no origin because of it,',
    '@partman(by: at, interval: »"daily", origin: "2024-04-01")',
    '"daily" is not a duration\n  Write a whole number and a unit, such as "1 day" or "3 months". Units: minute, hour, day, week, month, quarter, year.',
  ],
  [
    'an interval that is no duration, and no week start because of it,',
    '@partman(by: at, interval: »"weekly", weekStart: sunday)',
    '"weekly" is not a duration\n  Write a whole number and a unit, such as "1 day" or "3 months". Units: minute, hour, day, week, month, quarter, year.',
  ],
  [
    'an origin that is no date',
    `${AT}, origin: »"April")`,
    '"April" is not a local date\n  For example origin: "2024-04-01", or "2024-04-01 06:00" where the interval is counted in hours or minutes.',
  ],
  [
    'an origin that no calendar has',
    `${AT}, origin: »"2023-02-29")`,
    '"2023-02-29" is not a local date\n  For example origin: "2024-04-01", or "2024-04-01 06:00" where the interval is counted in hours or minutes.',
  ],
  [
    'an origin at an hour that no day has',
    '@partman(by: at, interval: "1 hour", origin: »"2024-01-01 24:00")',
    '"2024-01-01 24:00" is not a local date\n  For example origin: "2024-04-01", or "2024-04-01 06:00" where the interval is counted in hours or minutes.',
  ],
  [
    'an origin with a time for days',
    `${AT}, origin: »"2024-04-01 06:00")`,
    'origin has a time of day, but partitions of "1 day" begin with a day\n  Write origin: "2024-04-01"',
  ],
  [
    'an origin that not every month has',
    '@partman(by: at, interval: "1 quarter", origin: »"2024-01-31")',
    'Not every month has a day 31, and partitions of "1 quarter" begin on the same one each time\n  Name the 28th of a month, or an earlier day.',
  ],
  [
    'a week start beside an origin',
    '@partman(by: at, interval: "1 week", origin: "2024-04-01", weekStart: »sunday)',
    '"weekStart" is given beside "origin"\n  Keep one of the two: an origin says what day a week begins on, too.',
  ],
  [
    'a week start for days',
    `${AT}, weekStart: »sunday)`,
    '"weekStart" says what day a week begins on, but interval is "1 day"\n  Write interval: "1 week", or remove weekStart.',
  ],
  [
    'a misspelt week start',
    '@partman(by: at, interval: "1 week", weekStart: »sundy)',
    'The argument "weekStart" of @partman takes monday, tuesday, wednesday, thursday, friday, saturday or sunday\n  Did you mean sunday?',
  ],
  [
    'a week start in quotes',
    '@partman(by: at, interval: "1 week", weekStart: »"sunday")',
    'The argument "weekStart" of @partman takes monday, tuesday, wednesday, thursday, friday, saturday or sunday\n  Write weekStart: sunday',
  ],
  ['a start that is no date', `${AT}, start: »"2024-13-01")`, '"2024-13-01" is not a local date\n  For example start: "2024-01-01"'],
  [
    'a start with a time',
    `${AT}, start: »"2024-01-01 06:00")`,
    '"2024-01-01 06:00" is not a local date\n  For example start: "2024-01-01"',
  ],
  ['a start that is a number', `${AT}, start: »0)`, '0 is not a local date\n  For example start: "2024-01-01"'],
])('%s is refused', async (_, annotations, message) => {
  expect(await told(annotations)).toBe(message)
})

test.each<[string, string, string]>([
  [
    'an encoding of a time',
    `${AT}, encoding: »uuid7)`,
    'Event.at is DateTime @db.Timestamptz, which needs no encoding\n  Remove encoding.',
  ],
  [
    'a misspelt encoding',
    '@partman(by: uuid, interval: "1 day", encoding: »uuid_7)',
    'The argument "encoding" of @partman takes epochSeconds, epochMilliseconds, snowflake, uuid7, ulid, cuid or objectId\n  Did you mean uuid7?',
  ],
  [
    'an encoding that the type cannot hold',
    '@partman(by: uuid, interval: "1 day", encoding: »cuid)',
    'Event.uuid is String @db.Uuid, which cannot hold cuid\n  It can hold uuid7 or ulid.',
  ],
  [
    'an encoding that no value of the type can hold',
    '@partman(by: small, interval: "1 day", encoding: »epochSeconds)',
    'Event.small is Int @db.SmallInt, which cannot hold epochSeconds\n  Remove encoding, or make the field BigInt.',
  ],
  [
    'milliseconds in an Int',
    '@partman(by: number, interval: "1 day", encoding: »epochMilliseconds)',
    'Event.number is Int, which cannot hold epochMilliseconds\n  It can hold epochSeconds.',
  ],
  [
    'a UUID that nothing is said of',
    '@partman(by: »uuid, interval: "1 day")',
    'Event.uuid is String @db.Uuid, and nothing says how it tells a time\n  Add encoding: uuid7 or ulid, or partition by a DateTime.',
  ],
  [
    'a UUID of version 4',
    '@partman(by: »token, interval: "1 day")',
    'Event.token is @default(uuid()), whose values are in no order of time\n  Write @default(uuid(7)), or partition by another field.',
  ],
  [
    'a UUID of version 4 that is said to be one of version 7',
    '@partman(by: token, interval: "1 day", encoding: »uuid7)',
    'Event.token is @default(uuid()), whose values are in no order of time\n  Write @default(uuid(7)), or partition by another field.',
  ],
  [
    'a UUID of version 4 that the database makes',
    '@partman(by: random, interval: "1 day", encoding: »uuid7)',
    'Event.random is @default(dbgenerated("gen_random_uuid()")), whose values are in no order of time\n  Write @default(uuid(7)), or partition by another field.',
  ],
  [
    'a cuid of version 2',
    '@partman(by: »cuid, interval: "1 day")',
    'Event.cuid is @default(cuid(2)), whose values are in no order of time\n  Write @default(cuid()) or @default(uuid(7)), or partition by another field.',
  ],
  [
    'a nanoid',
    '@partman(by: »nano, interval: "1 day")',
    'Event.nano is @default(nanoid()), whose values are in no order of time\n  Write @default(uuid(7)) or @default(ulid()), or partition by another field.',
  ],
  [
    'an encoding that the default contradicts',
    '@partman(by: ulid, interval: "1 day", encoding: »cuid)',
    'Event.ulid is @default(ulid()), which makes no cuid\n  Remove encoding: the default tells it.',
  ],
  [
    'a sequence that is said to tell a time',
    '@partman(by: id, interval: "1 day", encoding: »snowflake)',
    'Event.id is @default(autoincrement()), whose values tell no time\n  Remove encoding, and write how many numbers one partition holds, such as interval: 1000000.',
  ],
  ['an epoch of a time', `${AT}, epoch: »5)`, '"epoch" is given without encoding: snowflake\n  Add encoding: snowflake, or remove epoch.'],
  [
    'an epoch of a number',
    `${ID}, epoch: »5)`,
    '"epoch" is given without encoding: snowflake\n  Add encoding: snowflake, or remove epoch.',
  ],
  [
    'an epoch of another encoding',
    '@partman(by: ulid, interval: "1 day", epoch: »5)',
    '"epoch" is given without encoding: snowflake\n  Add encoding: snowflake, or remove epoch.',
  ],
  [
    'a skew of no id',
    `${AT}, skew: »"1 minute")`,
    '"skew" is given without "orderedId"\n  Add orderedId: and the field whose values begin with their time, or remove skew.',
  ],
  [
    'an id without a skew',
    `${AT}, orderedId: »ulid)`,
    'orderedId needs the argument "skew"\n  Say how far the key of a row is from the time that its id tells, such as skew: "1 minute".',
  ],
  [
    'an id that tells no time',
    `${AT}, orderedId: »token, skew: "1 minute")`,
    'Event.token is @default(uuid()), whose values are in no order of time\n  Name a field with @default(uuid(7)), @default(ulid()) or @default(cuid()).',
  ],
  [
    'an id beside a number',
    `${ID}, orderedId: »ulid, skew: "1 minute")`,
    'Event.id is BigInt: only beside a DateTime an id tells where a row is\n  Remove orderedId and skew.',
  ],
  [
    'an id beside an id',
    '@partman(by: ulid, interval: "1 day", orderedId: »ulid, skew: "1 minute")',
    'Event.ulid is String: only beside a DateTime an id tells where a row is\n  Remove orderedId and skew.',
  ],
  [
    'a skew of seconds',
    `${AT}, orderedId: ulid, skew: »"5 seconds")`,
    '"5 seconds" is counted in seconds; a minute is the smallest unit\n  The shortest is "1 minute".',
  ],
  [
    'an epoch before 1970',
    '@partman(by: whole, interval: "1 day", encoding: snowflake, epoch: »-1)',
    'epoch is -1; it is the milliseconds since 1970 that a snowflake counts from, 0 to 9007199254740991\n  For example 1288834974657, which is that of Twitter.',
  ],
  [
    'a number of times',
    '@partman(by: ulid, interval: »1000000)',
    'interval is the number 1000000, but Event.ulid is String: its partitions are as long as a time\n  Write a number and a unit in double quotes, such as interval: "1 day".',
  ],
])('%s is refused', async (_, annotations, message) => {
  expect(await told(annotations)).toBe(message)
})

test.each<[string, string, string]>([
  [
    'a length of time for numbers',
    '@partman(by: id, interval: »"1 day", retention: "30 days", timeZone: "UTC")',
    'interval is "1 day", but Event.id is BigInt and tells no time\n  Write how many numbers one partition holds, such as interval: 1000000, or how the field tells a time, such as encoding: epochSeconds.',
  ],
  [
    'a number in quotes',
    '@partman(by: id, interval: »"1000000")',
    'interval is "1000000", but Event.id is BigInt and tells no time\n  Write interval: 1000000',
  ],
  [
    'an interval of no numbers',
    '@partman(by: id, interval: »0)',
    'interval is 0; it is how many numbers one partition holds\n  For example interval: 1000000',
  ],
  [
    'an interval below none',
    '@partman(by: id, interval: »-5)',
    'interval is -5; it is how many numbers one partition holds\n  For example interval: 1000000',
  ],
  [
    'a time zone of numbers',
    `${ID}, timeZone: »"UTC")`,
    '"timeZone" is of time, but Event.id is BigInt and tells none\n  Remove timeZone.',
  ],
  ['an origin of numbers', `${ID}, origin: »"2024-01-01")`, '"origin" is of time, but Event.id is BigInt and tells none\n  Remove origin.'],
  [
    'a week start of numbers',
    `${ID}, weekStart: »sunday)`,
    '"weekStart" is of time, but Event.id is BigInt and tells none\n  Remove weekStart.',
  ],
  [
    'a date to start numbers at',
    `${ID}, start: »"2024-01-01")`,
    '"start" is of time, but Event.id is BigInt and tells none\n  For example start: 0',
  ],
  [
    'a retention of numbers by age',
    `${ID}, retention: »"30 days")`,
    '"retention" is of time, but Event.id is BigInt and tells none\n  Write keep: 12 or maxSize: "50 GB" instead.',
  ],
  [
    'a retention of numbers by age, in the long form',
    '@partman.range(by: id, interval: 1000000)\n@partman.retention(after: »"30 days")',
    '"after" is of time, but Event.id is BigInt and tells none\n  Write keep: 12 or maxSize: "50 GB" instead.',
  ],
  [
    'partitions that the type cannot hold',
    '@partman(by: number, interval: »1000000000)',
    'The first partition and 10 ahead of it reach to 11000000000, which Event.number cannot hold: it is Int\n  It holds up to 2147483647: write a smaller interval or premake, or make it a larger type.',
  ],
  [
    'partitions that a decimal cannot hold',
    '@partman(by: whole, interval: »50000, premake: 1)',
    'The first partition and 1 ahead of it reach to 100000, which Event.whole cannot hold: it is Decimal @db.Decimal\n  It holds up to 99999: write a smaller interval or premake, or make it a larger type.',
  ],
  [
    'a start that the type cannot hold',
    '@partman(by: small, interval: 10, start: »40000)',
    'start is 40000, which Event.small cannot hold: it is Int @db.SmallInt\n  It holds -32768 to 32767.',
  ],
  [
    'a start below all that the type can hold',
    '@partman(by: whole, interval: 10, start: »-100000)',
    'start is -100000, which Event.whole cannot hold: it is Decimal @db.Decimal\n  It holds -99999 to 99999.',
  ],
  [
    'a decimal with decimal places',
    '@partman(by: »price, interval: 10)',
    'Event.price is Decimal @db.Decimal; a key that partitions by range cannot be of that type\n  Supported: DateTime with @db.Timestamptz (advised), @db.Timestamp or @db.Date; Int, BigInt and Decimal without decimal places (@db.Decimal(20, 0)); String (also @db.Uuid) that begins with a time.',
  ],
])('%s is refused', async (_, annotations, message) => {
  expect(await told(annotations)).toBe(message)
})

test.each<[string, string, string]>([
  [
    'a layout without a tenant',
    `${AT}, layout: »list)`,
    '"layout" is given without "tenant"\n  Add tenant: and the field that holds the tenant, or remove layout.',
  ],
  [
    'partitions without a tenant',
    `${AT}, partitions: »4)`,
    '"partitions" is given without "tenant"\n  Add tenant: and the field that holds the tenant, or remove partitions.',
  ],
  [
    'a misspelt layout',
    `${AT}, tenant: owner, layout: »hsah)`,
    'The argument "layout" of @partman takes list, range or hash\n  Did you mean hash?',
  ],
  [
    'a layout by hash without a number',
    `${AT}, tenant: owner, layout: »hash)`,
    'layout: hash needs the argument "partitions"\n  Add partitions: 16',
  ],
  [
    'a layout by hash of no partitions',
    `${AT}, tenant: owner, layout: hash, partitions: »0)`,
    'partitions is 0; it is how many partitions the rows are spread over, 1 to 10000\n  For example 16. It cannot be changed later without copying every row.',
  ],
  [
    'partitions of another layout',
    `${AT}, tenant: owner, partitions: »4)`,
    '"partitions" is given without layout: hash\n  Add layout: hash, or remove partitions.',
  ],
  [
    'a tenant model of a layout by hash',
    `${AT}, tenant: owner, layout: hash, partitions: 4, tenants: »Kind)`,
    '"tenants" is given beside layout: hash, where no tenant has partitions of its own\n  Remove one of the two.',
  ],
  [
    'an argument that every object of JavaScript has',
    `${AT}, »toString: 1)`,
    'Unknown argument "toString" of @partman\n  @partman takes by, interval, premake, retention, keep, maxSize, grace, drop, moveTo, tenant, tenants, layout, partitions, timeZone, origin, weekStart, start, encoding, epoch, orderedId, skew, default.',
  ],
  ['an age by its name in the long form', `${AT}, »after: "1 day")`, 'Unknown argument "after" of @partman\n  Write retention: "30 days".'],
  [
    'values in the short form',
    `${AT}, »values: ["eu"])`,
    'Unknown argument "values" of @partman\n  Levels of values are of the long form: @partman.list(by: region, values: ["eu"]).',
  ],
])('%s is refused', async (_, annotations, message) => {
  expect(await told(annotations)).toBe(message)
})

test.each<[string, string, string]>([
  [
    'a list of nothing',
    '»@partman.list(by: owner)',
    '@partman.list needs one of the arguments "values" and "tenants"\n  Add values: ["eu", "us"]',
  ],
  [
    'empty brackets',
    '@partman.list(by: owner, values: »[])',
    'There is nothing in the brackets\n  For example values: ["eu", ["us", "ca"]]',
  ],
  [
    'empty brackets of a partition',
    '@partman.list(by: owner, values: ["a", »[]])',
    'There is nothing in the brackets\n  For example values: ["eu", ["us", "ca"]]',
  ],
  [
    'brackets of a third depth',
    '@partman.list(by: owner, values: [["a", »["b"]]])',
    'Brackets in brackets are the values of one partition, and go no deeper\n  For example values: ["eu", ["us", "ca"]]',
  ],
  [
    'a value without brackets',
    '@partman.list(by: owner, values: »"eu")',
    'The argument "values" of @partman.list takes values in brackets\n  For example values: ["eu", ["us", "ca"]]',
  ],
  [
    'a value named twice',
    '@partman.list(by: owner, values: ["eu", ["us", »"eu"]])',
    'eu is named twice; a value belongs in one partition\n  Keep one of the two.',
  ],
  [
    'a number named twice',
    '@partman.list(by: number, values: [1, »01])',
    '01 is named twice; a value belongs in one partition\n  Keep one of the two.',
  ],
  [
    'a text without quotes',
    '@partman.list(by: owner, values: [»eu])',
    'eu is no value of Event.owner, which takes texts in double quotes\n  Write "eu"',
  ],
  [
    'a text that is too long',
    '@partman.list(by: owner, values: [»"continent"])',
    '"continent" is no value of Event.owner, which takes texts of up to 8 characters\n  Shorten it, or make the field @db.VarChar(9).',
  ],
  [
    'a text for a number',
    '@partman.list(by: number, values: [»"1"])',
    '"1" is no value of Event.number, which takes whole numbers of 32 bits\n  Write 1',
  ],
  [
    'a number that is too large',
    '@partman.list(by: small, values: [»32768])',
    '32768 is no value of Event.small, which takes whole numbers of 16 bits\n  For example 42',
  ],
  [
    'what is no UUID',
    '@partman.list(by: uuid, values: [»"eu"])',
    '"eu" is no value of Event.uuid, which takes UUIDs in double quotes\n  For example "018f6d5e-7c00-7000-8000-000000000000"',
  ],
  [
    'a misspelt enum value',
    '@partman.list(by: kind, values: [»ACTVE])',
    'ACTVE is no value of Event.kind, which takes the names in Kind, without quotes\n  Write ACTIVE',
  ],
  [
    'an enum value in quotes',
    '@partman.list(by: kind, values: [»"ACTIVE"])',
    '"ACTIVE" is no value of Event.kind, which takes the names in Kind, without quotes\n  Write ACTIVE',
  ],
  [
    'an enum value that does not exist',
    '@partman.list(by: kind, values: [»X])',
    'X is no value of Event.kind, which takes the names in Kind, without quotes\n  There are ACTIVE, ARCHIVED.',
  ],
  [
    'a text for a Boolean',
    '@partman.list(by: flag, values: [»"true"])',
    '"true" is no value of Event.flag, which takes true and false\n  Write true',
  ],
  [
    'null',
    '@partman.list(by: owner, values: ["eu", »null])',
    'No key may be null: Prisma needs an @id or @@unique of required fields, and PostgreSQL every key in it\n  Remove null.',
  ],
  [
    'a list of times',
    '@partman.list(by: »at, values: ["2024-01-01"])',
    'Event.at is DateTime @db.Timestamptz; a key that partitions by list cannot be of that type\n  Supported: String (also @db.VarChar, @db.Text, @db.Uuid), Int (also @db.SmallInt), BigInt, Boolean and enums.',
  ],
  [
    'a level by tenant under its short name',
    '@partman.list(by: owner, »tenant: owner)',
    'Unknown argument "tenant" of @partman.list\n  Write by: and the field that holds the tenant.',
  ],
  [
    'tenants and values',
    '@partman.list(by: owner, tenants: »default, values: ["eu"])',
    '"tenants" is given beside "values": a list has a partition for each tenant, or for values\n  Keep one of the two.',
  ],
  [
    'tenants below another level',
    '@partman.range(by: at, interval: "1 day")\n@partman.list(by: owner, tenants: »default)',
    'The tenants of Event are its level 2; they can only be the outermost one\n  Write this level first: a tenant that signs up gets its partitions directly below the table.',
  ],
  [
    'a tenant model that is none',
    '@partman.list(by: owner, tenants: »Kind)',
    'Kind is not annotated with @partman.tenants\n  Write `/// @partman.tenants` above the model Kind.',
  ],
])('%s is refused', async (_, annotations, message) => {
  expect(await told(annotations)).toBe(message)
})

test.each<[string, string, string]>([
  [
    'a hash of no field',
    '@partman.hash(by: »[], partitions: 2)',
    '"by" names no field; a hash is of 1 to 32\n  For example by: [tenantId, kind]',
  ],
  ['a hash of a field twice', '@partman.hash(by: [owner, »owner], partitions: 2)', '"by" names owner twice\n  Keep one of the two.'],
  [
    'a hash of a text',
    '@partman.hash(by: [»"owner"], partitions: 2)',
    'The argument "by" of @partman.hash takes names without quotes\n  Write owner',
  ],
  [
    'a hash of a number',
    '@partman.hash(by: [»5], partitions: 2)',
    'The argument "by" of @partman.hash takes names without quotes\n  For example by: [tenantId, kind]',
  ],
  ['a hash of a misspelt field', '@partman.hash(by: [id, »ownr], partitions: 2)', 'Event has no field "ownr"\n  Did you mean "owner"?'],
  [
    'a hash of a type that has none',
    '@partman.hash(by: »share, partitions: 2)',
    'Event.share is Float; a key that partitions by hash cannot be of that type\n  Supported: String (also @db.VarChar, @db.Text, @db.Uuid), Int (also @db.SmallInt), BigInt, Decimal, Boolean, enums and DateTime (also @db.Timestamptz, @db.Date).',
  ],
  ['a hash without a number', '»@partman.hash(by: owner)', '@partman.hash needs the argument "partitions"\n  Add partitions: 16'],
  [
    'a hash into too many',
    '@partman.hash(by: owner, partitions: »10001)',
    'partitions is 10001; it is how many partitions the rows are spread over, 1 to 10000\n  For example 16. It cannot be changed later without copying every row.',
  ],
  [
    'a DEFAULT partition of a hash',
    '@partman.hash(by: owner, partitions: 2, »default: true)',
    'Unknown argument "default" of @partman.hash\n  A hash leaves no row without a partition.',
  ],
  [
    'a retention in the range',
    '@partman.range(by: at, interval: "1 day", »retention: "30 days")',
    'Unknown argument "retention" of @partman.range\n  Write @partman.retention(after: "30 days") on the line below.',
  ],
  [
    'a retention of nothing',
    '@partman.range(by: at, interval: "1 day")\n»@partman.retention(grace: "1 day")',
    '@partman.retention needs one of the arguments "after", "keep" and "maxSize"\n  Add after: "30 days"',
  ],
  [
    'a retention by its name in the short form',
    '@partman.range(by: at, interval: "1 day")\n@partman.retention(»retention: "1 day")',
    'Unknown argument "retention" of @partman.retention\n  Write after: "30 days".',
  ],
  [
    'a DEFAULT partition beside retention, in the long form',
    '@partman.range(by: at, interval: "1 day", default: »true)\n@partman.retention(keep: 3)',
    '"default" is given beside "keep": where there is a DEFAULT partition, no other can be detached concurrently\n  Keep one of the two.',
  ],
  [
    'a retention below a list',
    '@partman.list(by: kind)\n»@partman.retention(keep: 3)',
    '@partman.retention stands below @partman.list; it is of the @partman.range directly above it\n  Put it directly below @partman.range(...).',
  ],
  [
    'a retention alone',
    '»@partman.retention(keep: 3)',
    '@partman.retention stands first; it is of the @partman.range directly above it\n  Put it directly below @partman.range(...).',
  ],
  [
    'a second retention',
    '@partman.range(by: at, interval: "1 day")\n@partman.retention(keep: 3)\n»@partman.retention(after: "1 day")',
    '@partman.retention stands below another @partman.retention; it is of the @partman.range directly above it\n  Keep one of the two.',
  ],
  [
    'a level of the long form beside the short form',
    '@partman(by: at, interval: "1 day")\n»@partman.hash(by: owner, partitions: 2)',
    'Event carries both @partman and @partman.hash\n  @partman(...) stands alone; write each of its levels as an annotation of its own, such as @partman.range(...).',
  ],
  [
    'a retention beside the short form',
    '@partman(by: at, interval: "1 day")\n»@partman.retention(keep: 2)',
    'Event carries both @partman and @partman.retention\n  Write retention: "30 days" in @partman(...), which stands alone.',
  ],
  [
    'a field that is the key of two ranges',
    '@partman.range(by: at, interval: "1 month")\n@partman.range(by: »at, interval: "1 day")',
    'Event.at is the key of two @partman.range levels\n  Name another field, or remove one of the two levels.',
  ],
  [
    'a field that is the key of two lists',
    '@partman.list(by: owner, tenants: default)\n@partman.list(by: »owner, values: ["eu"])',
    'Event.owner is the key of two @partman.list levels\n  Name another field, or remove one of the two levels.',
  ],
  [
    'an annotation that cannot be read, and nothing else because of it,',
    '@partman.range»(by: at, interval: "1 day"\n@partman.retention(keep: 2)',
    'The parenthesis is never closed\n  Close it on this `///` line, or on a `///` line that follows without a gap.',
  ],
])('%s is refused', async (_, annotations, message) => {
  expect(await told(annotations)).toBe(message)
})

test('a level under the name of a tenant table is refused, with the name that it has', async () => {
  const hint = 'A level with a partition for each tenant is @partman.list(by: projectId, tenants: Project).'
  expect(await refusal(event('@partman.tenants(by: owner, of: Project)'))).toBe(`partman found 2 problems in the schema and wrote nothing.

event.prisma:1:22: Unknown argument "by" of @partman.tenants
  ${hint}

event.prisma:1:33: Unknown argument "of" of @partman.tenants
  ${hint}`)
})

test('every key of every level is asked for in the primary key and in every unique constraint', async () => {
  const schema = `/// @partman.list(by: region, values: ["eu"])
/// @partman.range(by: at, interval: "1 month")
/// @partman.hash(by: [owner, id], partitions: 2)
model Event {
  id     String   @id @default(uuid(7))
  region String
  owner  Int
  at     DateTime @db.Timestamptz(6)
  @@unique([at, owner, region])
}
`
  expect(await refusal(schema)).toBe(`partman found 2 problems in the schema and wrote nothing.

event.prisma:5:3: @id on Event.id lacks region, at and owner: PostgreSQL needs the whole partition key in every unique constraint
  Replace it by @@id([id, region, at, owner]) at the end of the model.

event.prisma:9:3: @@unique([at, owner, region]) of Event lacks id: PostgreSQL needs the whole partition key in every unique constraint
  Write @@unique([at, owner, region, id]).`)
})

test('what the primary key lacks is not told before every key is known', async () => {
  const schema = '/// @partman.hash(by: [owner, knd], partitions: 2)\nmodel Event {\n  id Int @id\n  owner Int\n  kind String\n}\n'
  expect(await refusal(schema)).toBe('event.prisma:1:31: Event has no field "knd"\n  Did you mean "kind"?')
})

test('a key of a list that may be null is refused, whether null is among its values or not', async () => {
  const schema = '/// @partman.list(by: region, values: ["eu", null])\nmodel Event {\n  id Int @id\n  region String?\n}\n'
  expect(await refusal(schema)).toContain(
    'event.prisma:1:23: Event.region may be null; a key that partitions by list needs a value in every row\n  Make it String instead of String?, and fill the rows that have none first.',
  )
})

test('a tenant column of a tenant table and of a level that differ in type are told where the level names it', async () => {
  const project = '/// @partman.tenants\nmodel Project {\n  id Int @id\n}\n\n'
  expect(await refusal(`${project}/// @partman.list(by: owner, tenants: Project)\nmodel Event {\n  owner String @id\n}\n`)).toBe(
    'event.prisma:6:23: Event.owner is text, but the tenant key Project.id is integer\n  Give both fields the same type.',
  )
  const visit = '/// @partman.list(by: owner, tenants: default)\nmodel Visit {\n  owner Int @id\n}\n\n'
  const other =
    '/// @partman(by: at, interval: "1 day", tenant: who, layout: range)\nmodel Event {\n  who String\n  at DateTime @db.Timestamptz(6)\n  @@id([who, at])\n}\n'
  expect(await refusal(visit + other)).toBe(
    'event.prisma:6:49: Event.who is text, but the tenants of Visit are integer, and neither has a tenant model\n  Give both fields the same type, or annotate the models that hold the tenants with @partman.tenants.',
  )
})
