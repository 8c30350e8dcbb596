import { fileURLToPath } from 'node:url'
import { dumpCatalog, type ScriptMode, type TestDatabase } from '@partman/testing'
import { testDatabase } from '@partman/testing/vitest'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accountForRows } from './account.js'
import { type Commands, projectCommands, succeed } from './commands.js'
import type { Ledger } from './ledger.js'
import { provePrismaContent } from './prove-prisma.js'
import { type Simulation, simulate } from './simulate.js'
import { stageTrouble } from './stage-trouble.js'
import { DAY_MS, startOfDay } from './windows.js'

const FOLDER = fileURLToPath(new URL('..', import.meta.url))
const ROWS = 3_000

/** A database with the example's migrations, made by Prisma. */
async function deploy(scriptMode: ScriptMode): Promise<{ database: TestDatabase; commands: Commands }> {
  const database = await testDatabase()
  const commands = projectCommands(FOLDER, database.url, scriptMode)
  await succeed('prisma migrate deploy', commands.prisma('migrate', 'deploy'))
  return { database, commands }
}

/** Does it once more when it did not begin and end on one date: first partitions follow the calendar. */
async function withinOneDate<T>(database: TestDatabase, work: () => Promise<T>): Promise<T> {
  const date = async () => (await database.query<{ date: string }>('SELECT CURRENT_DATE::text AS date')).rows[0]?.date
  const before = await date()
  const result = await work()
  return before === (await date()) ? result : work()
}

function newestEvent(ledger: Ledger) {
  const [id, { at }] = [...ledger.of('Event')].reduce((a, b) => (b[1].at > a[1].at ? b : a))
  return { id, at: new Date(at).toISOString() }
}

// The tests go on in the same database, in their order: the last one resets it.
describe('after 45 days', () => {
  const now = Date.now()
  let database: TestDatabase
  let commands: Commands
  let pool: pg.Pool
  let simulation: Simulation
  const account = () => accountForRows(pool, simulation.ledger, simulation.history, now)

  beforeAll(async () => {
    const deployed = await deploy('whole')
    database = deployed.database
    commands = deployed.commands
    pool = new pg.Pool({ connectionString: database.url, max: 4 })
    simulation = await simulate({ url: database.url, pool, now, rows: ROWS, onHappening: () => undefined })
  }, 300_000)
  afterAll(() => pool?.end())

  test('every row is kept, detached or dropped, as the age of its partition says', async () => {
    const accounts = await account()
    expect(accounts.reduce((sum, { inserted }) => sum + inserted, 0)).toBe(ROWS)
    // At least the three oldest projects are older than the retention, in two tables each.
    expect(accounts.filter(({ table, dropped, detached }) => table !== 'AuditLog' && dropped + detached > 0).length).toBeGreaterThanOrEqual(
      6,
    )
  })

  test('the accounting notices a row that was moved, one that is missing, and one that nobody inserted', async () => {
    const { id, at } = newestEvent(simulation.ledger)
    const move = (by: string) => database.query('UPDATE event SET received_at = received_at + $2::interval WHERE id = $1', [id, by])
    await move('-1 millisecond')
    await expect(account()).rejects.toThrow(`1 rows are not where they belong:\nEvent ${id} of ${at}: changed, not kept`)
    await move('1 millisecond')

    const { rows } = await database.query('DELETE FROM event WHERE id = $1 RETURNING *', [id])
    await expect(account()).rejects.toThrow(`1 rows are not where they belong:\nEvent ${id} of ${at}: dropped, not kept`)
    const insert = (row: object) => database.query('INSERT INTO event SELECT (jsonb_populate_record(NULL::event, $1)).*', [row])
    await insert({ ...rows[0], received_at: at })
    const stranger = '00000000-0000-7000-8000-000000000000'
    await insert({ ...rows[0], received_at: at, id: stranger })
    await expect(account()).rejects.toThrow(`1 rows are not where they belong:\nEvent ${stranger}: nobody inserted it`)
  })

  test('rows of the next ten days have a partition, those after them have none', async () => {
    const insert = (at: number) =>
      database.query(
        `INSERT INTO event (id, project_id, received_at, type, payload) VALUES (gen_random_uuid(), $1, $2, 'order.created', '{}')`,
        [simulation.projects[0]?.id, new Date(at)],
      )
    const end = startOfDay(now) + 11 * DAY_MS
    await insert(end - 1)
    await expect(insert(end)).rejects.toMatchObject({ code: '23514' })
  })

  test('Prisma sees nothing pending and no drift', async () => {
    await provePrismaContent(commands)
  })

  test('what is left for somebody on call is a short table, a hook that fails, and a hold', async () => {
    const rowsOf = async () =>
      (await database.query('SELECT (SELECT count(*) FROM event) AS events, (SELECT count(*) FROM delivery_attempt) AS attempts')).rows
    const before = await rowsOf()
    await stageTrouble(pool, simulation.projects, now)
    // None has gone for that.
    expect(await rowsOf()).toEqual(before)
    const shown = JSON.parse(await succeed('partman status', commands.partman('status', '--json'))) as {
      tables: { model: string; until: string; holds: number }[]
    }
    const daysLeft = ({ until }: { until: string }) => Math.ceil((Date.parse(until) - now) / DAY_MS)
    expect(shown.tables.map((table) => [table.model, table.holds, daysLeft(table) <= 3])).toEqual([
      ['AuditLog', 0, false],
      ['Event', 1, false],
      ['DeliveryAttempt', 0, true],
    ])
    const { rows } = await database.query(`SELECT report -> 'steps' AS steps FROM partman.run ORDER BY id DESC LIMIT 1`)
    const steps = rows[0]?.['steps'] as { model: string; outcome: string; error: string }[]
    const failed = steps.filter(({ outcome }) => outcome === 'failed')
    expect(failed.length).toBeGreaterThan(0)
    for (const { model, error } of failed) expect([model, error]).toEqual(['Event', expect.stringContaining('webhook-archive')])
  })

  test('a reset gives the same catalog each time, the one of a new database', async () => {
    const reset = async () => {
      await succeed('prisma migrate reset', commands.prisma('migrate', 'reset', '--force'))
      return dumpCatalog(database)
    }
    const retired = simulation.history.all.filter(({ state }) => state === 'detached')
    const catalogs = await withinOneDate(database, async () => {
      const [first, second] = [await reset(), await reset()]
      // Retired partitions belong to no table any more, so that a reset leaves them to the maintainer.
      for (const { schema, name } of retired) {
        await database.query(`DROP TABLE IF EXISTS ${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`)
      }
      return { first, second, cleared: await dumpCatalog(database), fresh: await dumpCatalog((await deploy('whole')).database) }
    })
    expect(catalogs.second).toEqual(catalogs.first)
    expect(catalogs.cleared).toEqual(catalogs.fresh)
    await provePrismaContent(commands)
  }, 300_000)
})

test('migrations that are sent statement by statement make the same catalog, and so does a reset', async () => {
  const { database, commands } = await deploy('statements')
  const catalogs = await withinOneDate(database, async () => {
    await succeed('prisma migrate reset', commands.prisma('migrate', 'reset', '--force'))
    return { reset: await dumpCatalog(database), whole: await dumpCatalog((await deploy('whole')).database) }
  })
  expect(catalogs.reset).toEqual(catalogs.whole)
  await provePrismaContent(commands)
}, 300_000)
