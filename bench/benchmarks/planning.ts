import { sqlState } from '@partman/core'
import { createTestDatabase, type TestDatabase } from '@partman/testing'
import pg from 'pg'
import { alternate } from '../harness/alternate.js'
import { defineBenchmark } from '../harness/benchmark.js'
import { fasterThanPeer } from '../harness/condition.js'
import { ATTEMPTS, createAttempts, PARTITIONS, tenantName } from '../tables/attempts.js'
import { inTransaction, ofDay, tenantStatements } from '../tables/bare-sql.js'
import { day } from '../tables/days.js'

/** A table's partitions: so many outer ones of each kind, each with so many days; flat: days alone. */
interface Shape {
  readonly kind: 'list' | 'hash' | 'flat'
  readonly outer: number
  readonly days: number
}

const KEY = `"projectId" = '${tenantName(0)}' AND "createdAt" = '${day(0)}T12:00Z'`
const TABLES_AT_ONCE = 50

/** What PostgreSQL takes to plan a query on the first look of a connection at a table: the figures of docs/limits.md. */
export const planning = defineBenchmark<{ shapes: readonly Shape[]; rounds: number }>({
  name: 'planning',
  title: 'planning on a fresh connection, 3,000 leaves: a query that binds the key, and one that does not',
  unit: 'ms',
  sizes: {
    full: {
      shapes: [
        { kind: 'flat', outer: 1, days: 100 },
        { kind: 'flat', outer: 1, days: 1000 },
        { kind: 'hash', outer: 16, days: 63 },
        { kind: 'hash', outer: 16, days: 188 },
        { kind: 'list', outer: 100, days: 10 },
        { kind: 'list', outer: 300, days: 10 },
      ],
      rounds: 3,
    },
    tiny: { shapes: [{ kind: 'list', outer: 2, days: 3 }], rounds: 1 },
  },
  async measure(servers, { shapes, rounds }) {
    const server = await servers.usual()
    const plain = await createTestDatabase(server)
    await plain.query(createAttempts('LIST ("projectId")').replace(/ PARTITION BY .*$/, ''))
    await plain.close()
    const notes: string[] = []
    const measure = async (shape: Shape) => {
      const test = await createShape(server, shape)
      try {
        const bound = () => planningMs(test.url, KEY)
        const none = () => planningMs(test.url, 'status = 200')
        const failure = await failureOf(none)
        const sides = await alternate(
          { ours: bound, peer: failure === null ? none : null, floor: () => planningMs(plain.url, KEY) },
          { rounds },
        )
        const leaves = `${shape.outer * shape.days} leaves, ${shape.kind}${shape.kind === 'flat' ? '' : ` ${shape.outer} x ${shape.days} days`}`
        const unbound = sides.peer ? `${sides.peer.value.toFixed(0)} ms` : `SQLSTATE ${failure}`
        notes.push(`${leaves}: ${sides.ours?.value.toFixed(1)} ms with the key, ${unbound} without`)
        return sides
      } finally {
        await test.drop()
      }
    }
    try {
      let last = await measure(shapes[0]!)
      for (const shape of shapes.slice(1)) last = await measure(shape)
      return {
        ...last,
        bar: [fasterThanPeer(last.ours, last.peer, 20)],
        notes: [...notes, 'peer: the query that does not bind the key; floor: a table without partitions'],
      }
    } finally {
      await plain.drop()
    }
  },
})

async function createShape(server: string, { kind, outer, days }: Shape): Promise<TestDatabase> {
  const test = await createTestDatabase(server)
  const by = { flat: 'RANGE ("createdAt")', hash: 'HASH ("projectId")', list: 'LIST ("projectId")' }[kind]
  await test.query(createAttempts(by))
  await test.query(`CREATE SCHEMA ${PARTITIONS}`)
  if (kind === 'flat') {
    for (let from = 0; from < days; from += TABLES_AT_ONCE) {
      const offsets = Array.from({ length: Math.min(TABLES_AT_ONCE, days - from) }, (_, n) => from + n)
      const statements = offsets.map((n) => `CREATE TABLE ${PARTITIONS}.bare_${n} PARTITION OF ${ATTEMPTS} ${ofDay(n)}`)
      await test.query(inTransaction(statements))
    }
  } else {
    for (let n = 0; n < outer; n++) {
      const statements = tenantStatements(n, { days })
      const attach = statements.at(-1)!.replace(/FOR VALUES .*$/, (list) => (kind === 'list' ? list : ofRemainder(outer, n)))
      await test.query(inTransaction([...statements.slice(0, -1), attach]))
    }
  }
  // As autovacuum does a minute later.
  await test.query('VACUUM ANALYZE')
  await test.close()
  return test
}

function ofRemainder(modulus: number, remainder: number): string {
  return `FOR VALUES WITH (MODULUS ${modulus}, REMAINDER ${remainder})`
}

/** What PostgreSQL says that planning took, on a connection that has seen nothing. */
async function planningMs(url: string, condition: string): Promise<number> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ 'QUERY PLAN': [{ 'Planning Time': number }] }>(
      `EXPLAIN (SUMMARY, FORMAT JSON) SELECT * FROM ${ATTEMPTS} WHERE ${condition}`,
    )
    return rows[0]!['QUERY PLAN'][0]['Planning Time']
  } finally {
    await client.end()
  }
}

async function failureOf(work: () => Promise<unknown>): Promise<string | null> {
  try {
    await work()
    return null
  } catch (error) {
    return sqlState(error) ?? String(error)
  }
}
