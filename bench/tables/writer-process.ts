// A process of its own: it inserts rows until it is told to stop, and then tells how long the slowest INSERT took.
import pg from 'pg'
import { ATTEMPTS, tenantName } from './attempts.js'

const { url, tenants, at } = JSON.parse(process.argv[2] ?? '{}') as { url: string; tenants: number; at: string }
const tell = (message: object | string) => new Promise((resolve) => process.send?.(message, resolve))

const client = new pg.Client({ connectionString: url })
await client.connect()
let [stopped, worstMs, inserts] = [false, 0, 0]
process.once('message', () => {
  stopped = true
})

async function insert(): Promise<number> {
  const begun = performance.now()
  await client.query(`INSERT INTO ${ATTEMPTS} ("projectId", "createdAt") VALUES ($1, $2)`, [tenantName(inserts++ % tenants), at])
  return performance.now() - begun
}

// The first rows of a session find nothing in its caches, with maintenance and without.
while (inserts < tenants * 5) await insert()
await tell('ready')
while (!stopped) worstMs = Math.max(worstMs, await insert())
await client.end()
await tell({ worstMs, inserts })
process.disconnect?.()
