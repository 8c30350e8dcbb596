// A process of its own: it connects, runs the maintainer at each of the given days, and prints its peak of memory after each, in megabytes.
import { pgDatabase } from '@partman/core/pg'
import pg from 'pg'
import { instant } from '../tables/days.js'

const { url, document, offsets } = JSON.parse(process.argv[2] ?? '{}')
const peaks: number[] = []
const measure = () => peaks.push(process.resourceUsage().maxRSS / 1024)

const pool = new pg.Pool({ connectionString: url, max: 1 })
await pool.query('SELECT 1')
measure()
for (const offset of offsets as number[]) {
  // Only here, so that the bare process does not load it.
  const { createMaintainer } = await import('@partman/core')
  const clock = { now: () => new Date(instant(offset)) }
  const report = await createMaintainer({ document, database: pgDatabase(pool), clock }).runOnce()
  if (report.outcome !== 'done') throw new Error(JSON.stringify(report))
  measure()
}
await pool.end()
process.stdout.write(JSON.stringify(peaks))
