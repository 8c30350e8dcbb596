import { testDatabase } from '@partman/testing/vitest'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { byNumber } from '../fixtures/policies.js'
import { TIME_ENCODINGS, type TimeEncoding } from '../policy/key-column.js'
import type { TimeKey } from '../policy/policy.js'
import { identifier, sql } from '../sql/sql.js'
import { keyAxis, type TimeAxis, timeAxis } from './key-axis.js'
import { EARLIEST, LATEST } from './position.js'

const TWITTER_EPOCH = 1_288_834_974_657
const DISCORD_EPOCH = 1_420_070_400_000

const column = <const Type extends string>(type: Type) => ({ field: 'key', column: 'key', type })
const encoded = (encoding: TimeEncoding, type: string, epoch?: number): TimeKey =>
  ({ ...column(type), encoding, ...(epoch === undefined ? {} : { epoch }) }) as TimeKey

const ENCODED: readonly TimeKey[] = [
  ...Object.entries(TIME_ENCODINGS).flatMap(([encoding, types]) => types.map((type) => encoded(encoding as TimeEncoding, type))),
  encoded('snowflake', 'bigint', TWITTER_EPOCH),
]
const TIMES: readonly TimeKey[] = [column('timestamptz'), column('timestamp'), column('date')]
const KEYS = [...ENCODED, ...TIMES].map((key): readonly [string, TimeKey] => [
  'encoding' in key ? `${key.encoding} in ${key.type} since ${key.epoch ?? 0}` : key.type,
  key,
])

/** What one step of a key's time is, in milliseconds. */
function unitOf(key: TimeKey): number {
  if (!('encoding' in key)) return key.type === 'date' ? 86_400_000 : 1
  return key.encoding === 'epoch-seconds' || key.encoding === 'object-id' ? 1000 : 1
}

/** Instants that every encoding has values for, from 1970 to 2037. */
const instants = (key: TimeKey) => fc.integer({ min: 'encoding' in key && key.epoch ? key.epoch : 0, max: Date.UTC(2037, 0, 1) })

it.each([
  // https://www.rfc-editor.org/rfc/rfc9562#name-example-of-a-uuidv7-value
  ['uuid7', 'uuid', undefined, '017f22e2-79b0-7cc3-98c4-dc0c0c07398f', '2022-02-22T19:22:22.000Z'],
  ['uuid7', 'text', undefined, '017f22e2-79b0-7cc3-98c4-dc0c0c07398f', '2022-02-22T19:22:22.000Z'],
  // https://github.com/ulid/spec: 1469918176385 is its example of a time.
  ['ulid', 'text', undefined, '01ARYZ6S41TSV4RRFFQ69G5FAV', '2016-07-30T22:36:16.385Z'],
  ['ulid', 'uuid', undefined, '01563df3-6481-d676-4c61-efb99302bd5b', '2016-07-30T22:36:16.385Z'],
  // https://github.com/paralleldrive/cuid takes it apart: h72gsb32 is the time.
  ['cuid', 'text', undefined, 'ch72gsb320000udocl363eofy', new Date(Number.parseInt('h72gsb32', 36)).toISOString()],
  // https://www.mongodb.com/docs/manual/reference/method/ObjectId/
  ['object-id', 'text', undefined, '507f1f77bcf86cd799439011', '2012-10-17T21:13:27.000Z'],
  // https://en.wikipedia.org/wiki/Snowflake_ID and https://discord.com/developers/docs/reference#snowflakes
  ['snowflake', 'bigint', TWITTER_EPOCH, '1541815603606036480', '2022-06-28T16:07:40.105Z'],
  ['snowflake', 'numeric', DISCORD_EPOCH, '175928847299117063', '2016-04-30T11:18:25.796Z'],
  ['epoch-seconds', 'integer', undefined, '2147483647', '2038-01-19T03:14:07.000Z'],
  ['epoch-milliseconds', 'bigint', undefined, '-1', '1969-12-31T23:59:59.999Z'],
] as const)('a known %s in %s tells its instant', (encoding, type, epoch, text, instant) => {
  const axis = timeAxis(encoded(encoding, type, epoch))
  const position = axis.parse(text) as bigint
  expect(new Date(axis.instantAt(position)).toISOString()).toBe(instant)
  expect(axis.format(position)).toBe(text)
})

it.each(KEYS)('what %s writes it reads, and the first place of an instant tells the instant', (_, key) => {
  const axis = timeAxis(key)
  const unit = unitOf(key)
  fc.assert(
    fc.property(instants(key), (instant) => {
      const truncated = Math.floor(instant / unit) * unit
      const place = axis.at(unit === 86_400_000 ? truncated : instant)
      expect(axis.instantAt(place)).toBe(truncated)
      // What lies before the first place is of an earlier instant.
      if (place > 0n) expect(axis.instantAt(place - 1n)).toBeLessThan(truncated)
      expect(axis.parse(axis.format(place))).toBe(place)
    }),
  )
})

it.each(KEYS.filter(([, key]) => 'encoding' in key))('any value of %s within an instant is at its place', (_, key) => {
  const axis = timeAxis(key)
  const unit = unitOf(key)
  fc.assert(
    fc.property(instants(key), fc.nat(), (instant, n) => {
      const [first, next] = [axis.at(instant), axis.at(instant + unit)]
      const place = first + (BigInt(n) % (next - first))
      expect(axis.instantAt(place)).toBe(axis.instantAt(first))
      expect(axis.parse(axis.format(place))).toBe(place)
    }),
  )
})

it.each([column('timestamptz'), column('timestamp')])('a $type before 1970 belongs to the millisecond that holds it', (key) => {
  const axis = timeAxis(key)
  expect(axis.instantAt(axis.parse('1969-12-31 23:59:59.999999') as bigint)).toBe(-1)
  expect(axis.instantAt(axis.parse('1969-12-31 23:59:59.999') as bigint)).toBe(-1)
})

it.each(KEYS)('an instant of any year has a place in %s, and none before the first', (_, key) => {
  const axis = timeAxis(key)
  const years = [1, 1900, 1969, 1970, 2026, 9999].map((year) => axis.at(new Date(Date.UTC(2000, 0, 1)).setUTCFullYear(year)))
  expect(years).toEqual([...years].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)))
  if ('encoding' in key && ['uuid', 'text'].includes(key.type)) expect(years.slice(0, 4)).toEqual([0n, 0n, 0n, 0n])
})

const NEITHER = ['', 'x', '-', 'é', 'null', '1.5', '1e3', 'NaN', '0x10', ' 1', '１']
it.each(ENCODED.filter(({ type }) => type !== 'text' && type !== 'uuid'))(
  'text that is no whole number has no place in $encoding of $type',
  (key) => {
    expect(NEITHER.map((text) => timeAxis(key).parse(text))).toEqual(NEITHER.map(() => undefined))
  },
)

it.each([
  [
    'uuid7',
    'text',
    ['017F22E2-79B0-7CC3-98C4-DC0C0C07398F', '017f22e279b07cc398c4dc0c0c07398f', '017f22e2-79b0-7cc3-98c4-dc0c0c07398f0', 'g'],
  ],
  ['ulid', 'text', ['01aryz6s41tsv4rrffq69g5fav', '01ARYZ6S41TSV4RRFFQ69G5FAI', '01ARYZ6S41TSV4RRFFQ69G5FAV0']],
  ['cuid', 'text', ['h72gsb320000udocl363eofy', 'cH72GSB320000UDOCL363EOFY', 'ch72gsb320000udocl363eofy0', '-']],
  ['object-id', 'text', ['507F1F77BCF86CD799439011', '507f1f77bcf86cd7994390110', '-507f1f77bcf86cd79943901']],
] as const)('text in another order than %s in %s has no place', (encoding, type, texts) => {
  expect(texts.map((text) => timeAxis(encoded(encoding, type)).parse(text))).toEqual(texts.map(() => undefined))
})

it('a number beyond every calendar is infinitely early or late', () => {
  const huge = '9'.repeat(30)
  for (const [encoding, type] of [
    ['epoch-seconds', 'numeric'],
    ['epoch-milliseconds', 'bigint'],
    ['snowflake', 'numeric'],
  ] as const) {
    const axis = timeAxis(encoded(encoding, type))
    expect([huge, `-${huge}`, 'Infinity', '-Infinity'].map(axis.parse)).toEqual([LATEST, EARLIEST, LATEST, EARLIEST])
  }
  expect(keyAxis(byNumber()).parse(huge)).toBe(BigInt(huge))
})

/** Places in an order that is not theirs. */
function sampled(key: TimeKey, axis: TimeAxis): bigint[] {
  const of = fc.tuple(instants(key), fc.nat()).map(([instant, n]) => {
    const [first, next] = [axis.at(instant), axis.at(instant + unitOf(key))]
    return key.type === 'date'
      ? first - (((first % 86_400_000_000n) + 86_400_000_000n) % 86_400_000_000n)
      : first + (BigInt(n) % (next - first))
  })
  return [...new Set(fc.sample(of, { numRuns: 100, seed: 1 }))]
}

it.each(KEYS)('PostgreSQL has the values of %s in the order of their places', async (_, key) => {
  const test = await testDatabase()
  const axis = timeAxis(key)
  const places = sampled(key, axis)
  // ICU is not built into every server.
  const built = await test.query<{ name: string }>(
    `SELECT collname AS name FROM pg_collation WHERE collname IN ('C', 'default', 'en-x-icu', 'sv-x-icu') ORDER BY 1`,
  )
  await test.query(`SET timezone = 'UTC'`)
  const collations = key.type === 'text' ? built.rows.map(({ name }) => sql` COLLATE ${identifier(name)}`) : [sql``]
  const expected = [...places].sort((a, b) => (a < b ? -1 : 1)).map(axis.format)
  for (const collation of collations) {
    const { rows } = await test.query<{ sorted: string[] }>(
      `SELECT array_agg(key::text ORDER BY key${collation}) AS sorted FROM unnest($1::${key.type}[]) AS key`,
      [places.map(axis.format)],
    )
    expect(rows[0]?.sorted, collation).toEqual(expected)
  }
})
