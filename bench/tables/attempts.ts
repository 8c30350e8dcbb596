import { type PartitionPolicy, type PartmanDocument, parseDocument, renderBookkeeping, renderFirstPartitions } from '@partman/core'
import { createTestDatabase, type TestDatabase } from '@partman/testing'

/** The table that everything is measured on, its partitions' schema, and the tenants' table. */
export const ATTEMPTS = 'public."DeliveryAttempt"'
export const PARTITIONS = 'partman_partitions'
const PROJECTS = 'public."Project"'

export interface Layout {
  /** Days that have a partition, today's included. */
  readonly days: number
  /** How long a day is kept after its end. Default: for ever. */
  readonly retention?: string
  /** HASH partitions of each day. Default: none, a day holds the rows itself. */
  readonly hash?: number
}

/** The policy of the table: LIST by tenant, over RANGE by day. */
export function attemptsDocument({ days, retention, hash }: Layout): PartmanDocument {
  const byHash: PartitionPolicy | null =
    hash === undefined ? null : { kind: 'hash', by: [{ field: 'id', column: 'id', type: 'uuid' }], partitions: hash, subpartition: null }
  return parseDocument({
    version: 1,
    schemaHash: 'bench',
    partitionSchema: PARTITIONS,
    tenantSets: [
      {
        name: 'Project',
        type: 'text',
        source: {
          model: 'Project',
          table: { schema: 'public', name: 'Project' },
          key: { field: 'id', column: 'id', type: 'text' },
        },
      },
    ],
    tables: [
      {
        model: 'DeliveryAttempt',
        table: { schema: 'public', name: 'DeliveryAttempt' },
        declaredAt: 'schema.prisma:1:5',
        policy: {
          kind: 'tenants',
          by: { field: 'projectId', column: 'projectId', type: 'text' },
          tenants: 'Project',
          subpartition: {
            kind: 'range',
            by: { field: 'createdAt', column: 'createdAt', type: 'timestamptz' },
            interval: '1 day',
            timeZone: 'UTC',
            premake: days - 1,
            retention: retention === undefined ? null : { kind: 'age', after: retention, grace: '1 year' },
            subpartition: byHash,
          },
        },
      },
    ],
  })
}

export function tenantName(n: number): string {
  return `tenant-${n}`
}

/** The table as a migration makes it, whichever way it is partitioned. */
export function createAttempts(partitionBy: string): string {
  return `CREATE TABLE ${ATTEMPTS} (
    id uuid NOT NULL DEFAULT gen_random_uuid(), "projectId" text NOT NULL, "createdAt" timestamptz(6) NOT NULL DEFAULT now(), status int NOT NULL DEFAULT 200,
    PRIMARY KEY (id, "projectId", "createdAt")
  ) PARTITION BY ${partitionBy}`
}

/** A database with the table, the bookkeeping and so many tenants, none of which has partitions yet. */
export async function createTenants(server: string, document: PartmanDocument, tenants: number): Promise<TestDatabase> {
  const test = await createTestDatabase(server)
  await test.query(createAttempts('LIST ("projectId")'))
  await test.query(`CREATE TABLE ${PROJECTS} (id text PRIMARY KEY)`)
  await test.query(renderBookkeeping())
  await test.query(renderFirstPartitions(document, []))
  await addTenants(test, 0, tenants)
  await test.close()
  return test
}

export async function addTenants(test: TestDatabase, from: number, to: number): Promise<void> {
  const names = Array.from({ length: to - from }, (_, n) => tenantName(from + n))
  await test.query(`INSERT INTO ${PROJECTS} SELECT unnest($1::text[])`, [names])
}

/** How many partitions hold rows below the table. */
export async function countLeaves(test: TestDatabase): Promise<number> {
  const { rows } = await test.query<{ leaves: number }>(
    // pg_partition_tree() would lock them all.
    `WITH RECURSIVE tree AS (
      SELECT '${ATTEMPTS}'::regclass::oid AS oid UNION ALL SELECT i.inhrelid FROM tree t JOIN pg_inherits i ON i.inhparent = t.oid
    ) SELECT count(*)::int AS leaves FROM tree t JOIN pg_class c ON c.oid = t.oid WHERE c.relkind = 'r'`,
  )
  return rows[0]?.leaves ?? 0
}
