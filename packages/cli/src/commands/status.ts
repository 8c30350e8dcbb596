import { formatTableName, type PlannedMaintenance, planMaintenance, type TableStatus, tableStatuses } from '@partman/core'
import { Command } from 'commander'
import type { Bind } from '../bind.js'
import { EXIT_CODE, type ExitCode } from '../exit-code.js'
import { formatFinding } from '../format-finding.js'
import { formatMinute, formatTable } from '../format-text.js'
import { measurePlanning } from '../measure-planning.js'
import type { Session } from '../session.js'
import { withDatabase } from '../with-database.js'

/** `partman status`. */
export function statusCommand(bind: Bind): Command {
  return new Command('status')
    .description('show what there is: partitions, how far ahead, tenants, next retirement')
    .action(bind(runStatus))
}

async function runStatus(session: Session): Promise<ExitCode> {
  const document = await session.document()
  const { output } = session
  const { planned, findings } = await withDatabase(session, async ({ database, url }) => {
    const planned = await planMaintenance(database, document)
    return { planned, findings: await measurePlanning(url, planned) }
  })
  const { server, bookkeepingVersion } = planned.observation
  const tables = describe(planned)
  const steps = planned.plan.operations.length
  const hasHolds = tables.some(({ holds }) => holds > 0)
  const heading = ['table', 'partitioned by', 'state', 'tenants', 'partitions', 'until', 'next retirement', 'retired']
  const rows = tables.map((table) => [
    ...formatRow(table, server.now),
    ...(hasHolds ? [String(table.holds)] : []),
    String(table.operations),
  ])
  output.print(formatTable([[...heading, ...(hasHolds ? ['holds'] : []), 'to do'], ...rows]))
  if (bookkeepingVersion === null)
    output.print('\nThe database has no partman bookkeeping: deploy the migration that `partman migrate` writes.')
  if (findings.length > 0) output.print()
  for (const finding of findings) output.print(formatFinding(finding, output))
  if (steps > 0) output.print('\n`partman plan` shows what is to do, `partman maintain` does it.')
  output.printJson({
    now: new Date(server.now).toISOString(),
    serverVersion: server.version,
    bookkeepingVersion,
    tables,
    findings,
  })
  return EXIT_CODE.done
}

interface PlannedTable extends TableStatus {
  /** Operations that `plan` shows for it. */
  readonly operations: number
}

function describe({ observation, wanted, plan }: PlannedMaintenance): PlannedTable[] {
  return tableStatuses(wanted, observation.state).map((status) => {
    const name = formatTableName(status.table)
    return { ...status, operations: plan.operations.filter((operation) => formatTableName(operation.table) === name).length }
  })
}

function formatRow(status: PlannedTable, now: number): string[] {
  const { table, levels, state, tenants, leaves, until, detached } = status
  return [
    formatTableName(table),
    levels.map(({ method, columns }) => `${method.toUpperCase()} (${columns.join(', ')})`).join(' > '),
    state,
    tenants === null ? '-' : String(tenants),
    String(leaves),
    formatUntil(until),
    formatNextRetirement(status, now),
    String(detached.length),
  ]
}

/** An instant, or the number that a level by number ends at. */
function formatUntil(until: string | null): string {
  return until !== null && /^-?\d+$/.test(until) ? until : formatMinute(until)
}

function formatNextRetirement({ nextRetirement, nextRetirementKey, levels }: TableStatus, now: number): string {
  if (nextRetirement !== null) return Date.parse(nextRetirement) <= now ? 'now' : formatMinute(nextRetirement)
  if (nextRetirementKey === null) return '-'
  return `at ${levels.find(({ kind }) => kind === 'number-range')?.columns.at(-1)} ${nextRetirementKey}`
}
