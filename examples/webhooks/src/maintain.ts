// A process of its own: `npm run maintain`. Several may run; one of them works at a time.
import pg from 'pg'
import { createAppMaintainer } from './maintainer.js'

const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 2 })
const maintainer = createAppMaintainer(pool)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    await maintainer.stop()
    await pool.end()
  })
}
maintainer.start()
