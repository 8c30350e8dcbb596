import pg from 'pg'

/**
 * What is between this process and the server. `transaction`: a pooler that gives each transaction whatever connection is free. `session`: something
 * that answers in the server's place, and keeps one connection for each client as far as can be seen.
 */
export type Pooling = 'direct' | 'session' | 'transaction'

const TIMEOUT_MS = 5_000
const ROUNDS = 3

/**
 * Finds out by the process ids of the server's sessions. Two clients that are connected at once never share one, nor does the one of a client change,
 * unless a pooler hands connections out by transaction: that proves it. And a server names its process when a connection begins; whoever is in
 * between names another one, as it alone can pass a cancellation on. Port, address and `application_name` tell nothing: poolers may leave all of them as they are.
 */
export async function observePooling(url: string): Promise<Pooling> {
  const options = { connectionString: url, application_name: 'partman', connectionTimeoutMillis: TIMEOUT_MS, query_timeout: TIMEOUT_MS }
  const [first, second] = [new pg.Client(options), new pg.Client(options)]
  for (const client of [first, second]) client.on('error', () => {})
  try {
    await first.connect()
    const own = await backendPid(first)
    const named = (first as pg.Client & { processID?: number | null }).processID
    const isBetween = named !== undefined && named !== null && named !== own
    if (!isBetween) return 'direct'
    return (await sharesBackends(first, second, own).catch(() => false)) ? 'transaction' : 'session'
  } finally {
    await Promise.allSettled([first.end(), second.end()])
  }
}

async function sharesBackends(first: pg.Client, second: pg.Client, own: number): Promise<boolean> {
  await second.connect()
  const [ofFirst, ofSecond] = [new Set([own]), new Set<number>()]
  for (let round = 0; round < ROUNDS; round++) {
    ofSecond.add(await backendPid(second))
    ofFirst.add(await backendPid(first))
  }
  return ofFirst.size > 1 || ofSecond.size > 1 || [...ofSecond].some((pid) => ofFirst.has(pid))
}

async function backendPid(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_catalog.pg_backend_pid() AS pid')
  return rows[0]?.pid ?? 0
}
