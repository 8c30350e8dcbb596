import { fileURLToPath } from 'node:url'
import { planMaintenance } from '@partman/core'
import { pgDatabase } from '@partman/core/pg'
import { type PostgresServer, type ScriptMode, startPostgres } from '@partman/testing'
import pg from 'pg'
import { config } from '../generated/partman/partman.js'
import { accountForRows } from './account.js'
import { projectCommands, succeed } from './commands.js'
import { formatAccounts } from './format-accounts.js'
import { Narrator } from './format-happening.js'
import { formatHistory } from './format-history.js'
import { formatNext } from './format-next.js'
import { formatDay, formatNumber } from './format-text.js'
import type { DemoTable } from './ledger.js'
import { provePrismaContent } from './prove-prisma.js'
import { formatLegend, type Paint } from './ribbon.js'
import { SIMULATED_DAYS, type Simulation, simulate } from './simulate.js'
import { stageTrouble } from './stage-trouble.js'
import { DAY_MS, startOfDay } from './windows.js'

export interface DemoOptions {
  /** How many rows arrive in the 45 days. */
  readonly rows: number
  readonly scriptMode?: ScriptMode
  /** Characters in a line of the terminal. */
  readonly width: number
  readonly paint?: Paint
  /** Shows a step while it runs and how it ended; the work says through `tell` what happens meanwhile. */
  readonly step: <T>(title: string, work: (tell: Tell) => Promise<T>) => Promise<T>
  readonly print: (line: string) => void
  /** Whether there is to be something for somebody on call at the end: `stageTrouble`. Default: no. */
  readonly hasTrouble?: boolean
  /** Called at the end, before PostgreSQL is stopped. */
  readonly beforeStop?: (url: string) => Promise<void>
}

export interface Tell {
  /** Prints a line below the step. */
  line(text: string): void
  /** Says how far the step is, where that can be shown. */
  progress(text: string): void
}

const TABLES: readonly DemoTable[] = ['Event', 'DeliveryAttempt', 'AuditLog']
/** The folder of the example, seen from `dist/demo`. */
const FOLDER = fileURLToPath(new URL('../../', import.meta.url))

/**
 * The whole demonstration on a PostgreSQL server of its own, which is stopped in the end whatever happens.
 *
 * @throws DemoFailure when something does not hold
 */
export async function runDemo(options: DemoOptions): Promise<void> {
  const { step, print } = options
  const now = Date.now()
  const server = await step('Start PostgreSQL', () => startPostgres())
  const pools: pg.Pool[] = []
  try {
    const url = databaseUrl(server)
    const commands = projectCommands(FOLDER, url, options.scriptMode)
    await step('prisma migrate deploy', () => succeed('prisma migrate deploy', commands.prisma('migrate', 'deploy')))
    await step('partman check: the annotations, the migrations and the database agree', () =>
      succeed('partman check', commands.partman('check')),
    )
    const pool = new pg.Pool({ connectionString: url, max: 4 })
    pools.push(pool)
    const simulation = await step(
      `Live through ${SIMULATED_DAYS} days, ${formatDay(now - SIMULATED_DAYS * DAY_MS)} to ${formatDay(now)}`,
      (tell) => narrate({ url, pool, now, rows: options.rows, tell }),
    )
    const accounts = await step(`Look for each of the ${formatNumber(simulation.ledger.size)} rows`, () =>
      accountForRows(pool, simulation.ledger, simulation.history, now),
    )
    await step('prisma migrate status: up to date; prisma migrate diff: no difference', () => provePrismaContent(commands))

    print('')
    for (const table of TABLES) {
      print(`${table}: ${describeTable(table)}`)
      for (const line of formatHistory(table, simulation, now, options.width, options.paint)) print(line)
      print('')
    }
    print(`  ${formatLegend(options.paint)}`)
    print('')
    print('Rows: each one is kept, detached or dropped, as the age of its partition says')
    for (const line of formatAccounts(accounts, simulation.projects)) print(`  ${line}`)
    print('')
    await printNext(pool, simulation, now, print)
    if (options.hasTrouble) {
      print('')
      await step('Leave trouble behind: a table short of partitions, a hook that fails, a hold', () =>
        stageTrouble(pool, simulation.projects, now),
      )
    }
    await options.beforeStop?.(url)
  } finally {
    await Promise.all(pools.map((pool) => pool.end()))
    await server.stop()
  }
}

async function narrate({
  url,
  pool,
  now,
  rows,
  tell,
}: {
  url: string
  pool: pg.Pool
  now: number
  rows: number
  tell: Tell
}): Promise<Simulation> {
  const narrator = new Narrator()
  return simulate({
    url,
    pool,
    now,
    rows,
    onHappening: (at, happening) => {
      const line = narrator.tell(at, happening)
      if (line !== undefined) tell.line(line)
      if (happening.kind === 'day-ended') tell.progress(`day ${happening.day} of ${SIMULATED_DAYS}, ${formatNumber(happening.rows)} rows`)
    },
  })
}

/** What the maintainer does next, and when: its plan for the coming midnight. */
async function printNext(pool: pg.Pool, { clock }: Simulation, now: number, print: (line: string) => void): Promise<void> {
  const midnight = startOfDay(now) + DAY_MS
  clock.set(new Date(midnight).toISOString())
  const { plan } = await planMaintenance(pgDatabase(pool), config, { clock })
  print(`Next: at ${formatDay(midnight)}, 00:00 UTC, the maintainer will`)
  for (const line of formatNext(plan)) print(`  ${line}`)
}

function describeTable(model: DemoTable): string {
  const { policy } = config.tables.find((table) => table.model === model) ?? { policy: undefined }
  if (!policy) return ''
  const range = policy.kind === 'tenants' ? policy.subpartition : policy
  const unit = range.interval.replace(/^1 /, '')
  return `a partition per ${policy.kind === 'tenants' ? `project and ${unit}` : unit}, ${range.premake} ahead, kept for ${range.retention.after}`
}

function databaseUrl({ url }: PostgresServer): string {
  const database = new URL(url)
  database.pathname = '/webhooks'
  return database.href
}
