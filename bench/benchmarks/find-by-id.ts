import { type Application, createApplication, type PlainClient } from '../client/application.js'
import { alternate, millisecondsOf } from '../harness/alternate.js'
import { defineBenchmark } from '../harness/benchmark.js'
import { fasterThanPeer } from '../harness/condition.js'

interface Size {
  readonly days: number
  readonly rounds: number
}

const SIZES = { full: { days: 1_000, rounds: 15 }, tiny: { days: 3, rounds: 2 } }
const DAY_MS = 86_400_000

/** A row by its id alone, whose key the extension takes from the id. */
function findById(
  name: string,
  title: string,
  times: number,
  measureClient: (make: () => PlainClient, ids: readonly string[]) => Promise<() => Promise<number>>,
) {
  return defineBenchmark<Size>({
    name,
    title,
    unit: 'ms',
    sizes: SIZES,
    async measure(servers, { days, rounds }) {
      const application = await createApplication(await servers.usual(), days)
      const clients: PlainClient[] = []
      const kept = (make: () => PlainClient) => () => {
        const client = make()
        clients.push(client)
        return client
      }
      try {
        const ids = await fill(application, days)
        await application.test.query('VACUUM ANALYZE "Delivery"')
        const ours = await measureClient(kept(application.extendedClient), ids)
        const peer = await measureClient(kept(application.plainClient), ids)
        const sides = await alternate({ ours, peer, floor: null }, { rounds })
        return {
          ...sides,
          bar: [fasterThanPeer(sides.ours, sides.peer, times)],
          notes: [
            `findFirst({ where: { id } }) on ${days} partitions, one of which is planned and read`,
            'peer: the same query without the extension',
          ],
        }
      } finally {
        await Promise.all(clients.map((client) => client.$disconnect()))
        await application.drop()
      }
    },
  })
}

export const findByIdCold = findById(
  'find-by-id-cold',
  'a row by its UUIDv7 over 1,000 partitions, first query of a connection',
  5,
  async (make, ids) => {
    return async () => {
      const client = make()
      await client.$connect()
      await client.$executeRawUnsafe('SELECT 1')
      try {
        return await millisecondsOf(() => find(client, ids[0]!))
      } finally {
        await client.$disconnect()
      }
    }
  },
)

export const findByIdWarm = findById(
  'find-by-id-warm',
  'rows by their UUIDv7 over 1,000 partitions, on a warm connection',
  15,
  async (make, ids) => {
    const client = make()
    for (const id of ids) await find(client, id)
    return async () => {
      const ms = await millisecondsOf(async () => {
        for (const id of ids) await find(client, id)
      })
      return ms / ids.length
    }
  },
)

async function find(client: PlainClient, id: string): Promise<void> {
  if ((await client.delivery.findFirst({ where: { id } })) === null) throw new Error(`${id} was not found`)
}

/** Twenty rows on different days. */
async function fill({ test }: Application, days: number): Promise<string[]> {
  const noon = new Date().setUTCHours(12, 0, 0, 0)
  const rows = Array.from({ length: 20 }, (_, n) => {
    const at = noon + (n % days) * DAY_MS + n
    const time = at.toString(16).padStart(12, '0')
    return { id: `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${String(n).padStart(12, '0')}`, at: new Date(at) }
  })
  for (const { id, at } of rows) await test.query('INSERT INTO "Delivery" VALUES ($1, $2)', [id, at])
  return rows.map(({ id }) => id)
}
