import { ATTEMPTS, PARTITIONS } from './attempts.js'
import { ofDay, ofTenantDay } from './bare-sql.js'

/** The loop that most teams write: one statement for each partition, over again in each run. */
export function loopTenant(tenant: number, days: number): string[] {
  return Array.from(
    { length: days },
    (_, n) => `CREATE TABLE IF NOT EXISTS ${PARTITIONS}.loop_${tenant}_${n} PARTITION OF ${ATTEMPTS} ${ofTenantDay(tenant, n)}`,
  )
}

/** The same where each tenant has a partition of its own that is partitioned by day. */
export function loopDay(parent: string, n: number, offset: number): string {
  return `CREATE TABLE IF NOT EXISTS ${PARTITIONS}.loop_${n} PARTITION OF ${parent} ${ofDay(offset)}`
}
