import { type Finding, formatTableName, type PlannedMaintenance, renderPlanningProbe, type Sql } from '@partman/core'
import pg from 'pg'

/** What it waits behind may stop the application too. */
const LOCK_TIMEOUT_MS = 100

/** Adds to each finding of too many leaves how long a query takes to plan in this very database that binds the keys of all levels. */
export async function measurePlanning(url: string, { plan, wanted, observation }: PlannedMaintenance): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const finding of plan.findings) {
    const name = formatTableName(finding.table)
    const table = wanted.find(({ policy }) => formatTableName(policy.table) === name)
    const found = observation.state.tables.find((one) => formatTableName(one) === name)
    const probe = finding.code === 'TOO_MANY_LEAVES' && table && found ? renderPlanningProbe(table, found) : null
    const ms = probe === null ? null : await planningMs(url, probe)
    findings.push(
      ms === null ? finding : { ...finding, message: `${finding.message}; one that binds all keys took ${ms.toFixed(1)} ms now` },
    )
  }
  return findings
}

/** Planning on a connection of its own; null where the server refuses, or a lock is in the way. */
async function planningMs(url: string, probe: Sql): Promise<number | null> {
  const client = new pg.Client({ connectionString: url, application_name: 'partman' })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('BEGIN READ ONLY')
    await client.query(`SET LOCAL lock_timeout = '${LOCK_TIMEOUT_MS}ms'`)
    const { rows } = await client.query<{ 'QUERY PLAN': [{ 'Planning Time': number }] }>(probe)
    await client.query('ROLLBACK')
    return rows[0]?.['QUERY PLAN'][0]['Planning Time'] ?? null
  } catch (error) {
    if (error instanceof pg.DatabaseError) return null
    throw error
  } finally {
    await client.end()
  }
}
