import { createTestDatabase, type TestDatabase } from '@partman/testing'

/** A database where pg_partman maintains so many tables of so many daily partitions, with a row of today in each. */
export async function createPgPartman(server: string, tables: number, days: number): Promise<TestDatabase> {
  const test = await createTestDatabase(server)
  await test.query('CREATE SCHEMA extension')
  await test.query('CREATE EXTENSION pg_partman SCHEMA extension')
  const { rows } = await test.query<{ major: number }>(
    `SELECT split_part(extversion, '.', 1)::int AS major FROM pg_extension WHERE extname = 'pg_partman'`,
  )
  const premake = Math.min(10, days - 1)
  // Version 5 knows native partitioning alone, and calls the kind of it what version 4 called "native".
  const kind = (rows[0]?.major ?? 0) < 5 ? `p_type := 'native', p_interval := 'daily'` : `p_interval := '1 day'`
  for (let n = 0; n < tables; n++) {
    const name = `attempt_${n}`
    await test.query(
      `CREATE TABLE public.${name} (id uuid NOT NULL DEFAULT gen_random_uuid(), "createdAt" timestamptz(6) NOT NULL DEFAULT now(), status int NOT NULL DEFAULT 200, PRIMARY KEY (id, "createdAt")) PARTITION BY RANGE ("createdAt")`,
    )
    await test.query(
      `SELECT extension.create_parent('public.${name}', 'createdAt', ${kind}, p_premake := ${premake}, p_start_partition := (current_date - ${days - premake - 1})::text)`,
    )
    // It looks for the newest row of each table, and through all partitions where there is none.
    await test.query(`INSERT INTO public.${name} DEFAULT VALUES`)
  }
  // As autovacuum does a minute later.
  await test.query('VACUUM ANALYZE')
  // Another session does the maintenance, as a scheduler would, and knows nothing of what this one has cached.
  await test.close()
  return test
}

export async function pgPartmanVersion(test: TestDatabase): Promise<string> {
  const { rows } = await test.query<{ version: string }>(`SELECT extversion AS version FROM pg_extension WHERE extname = 'pg_partman'`)
  return rows[0]?.version ?? 'unknown'
}
