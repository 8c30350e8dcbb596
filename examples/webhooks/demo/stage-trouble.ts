import {
  addHold,
  createMaintainer,
  type Database,
  describePartitions,
  planMaintenance,
  type RetirementHooks,
  sameTable,
} from '@partman/core'
import { pgDatabase } from '@partman/core/pg'
import type { Pool } from 'pg'
import { config } from '../generated/partman/partman.js'
import { DemoFailure } from './demo-failure.js'
import type { JoinedProject } from './simulate.js'
import { DAY_MS } from './windows.js'

/** The table whose partitions are to run out soon. */
const SHORT = 'DeliveryAttempt'
/** Days that it has partitions for. */
const DAYS_LEFT = 3
/** The table whose hook fails. */
const FAILING = 'Event'

const UNREACHABLE = async () => {
  throw new Error('the bucket "webhook-archive" does not answer')
}
const HOOKS: RetirementHooks = { beforeDetach: UNREACHABLE, beforeDrop: UNREACHABLE }

/**
 * Brings about what somebody on call may find: a table that is short of partitions, since somebody dropped those of the days to come; a hook of the
 * application that fails, so that nothing of that table goes; and a hold on the rows of a project.
 */
export async function stageTrouble(pool: Pool, projects: readonly JoinedProject[], now: number): Promise<void> {
  const database = pgDatabase(pool)
  await dropAhead(pool, database, now)
  await runWithFailingHook(database, now)
  const held = tableOf(FAILING)
  const [project] = projects
  if (!project) throw new DemoFailure('No project has signed up.')
  const reason = `Case 2026-17: keep all events of ${project.slug}`
  await addHold(database, { table: held.table, tenant: project.id, lower: null, upper: null, until: null, reason, by: 'legal' })
  await pool.query('ANALYZE')
}

function tableOf(model: string) {
  const table = config.tables.find((one) => one.model === model)
  if (!table) throw new DemoFailure(`The schema has no model ${model}.`)
  return table
}

async function dropAhead(pool: Pool, database: Database, now: number): Promise<void> {
  const declared = tableOf(SHORT)
  const { observation } = await planMaintenance(database, config)
  const found = observation.state.tables.find((table) => sameTable(table, declared.table))
  const ahead = (found ? describePartitions(declared, found, now) : []).filter(
    ({ from }) => from !== null && Date.parse(from) >= now + (DAYS_LEFT - 1) * DAY_MS,
  )
  for (const { schema, name } of ahead) await pool.query(`DROP TABLE "${schema}"."${name}"`)
}

async function runWithFailingHook(database: Database, now: number): Promise<void> {
  const clock = { now: () => new Date(now + DAY_MS) }
  const document = { ...config, tables: [tableOf(FAILING)] }
  const report = await createMaintainer({ document, database, clock, hooks: HOOKS }).runOnce()
  if ('steps' in report && report.steps.some(({ hook, outcome }) => hook !== undefined && outcome !== 'done')) return
  throw new DemoFailure('The hook that was to fail was not asked.')
}
