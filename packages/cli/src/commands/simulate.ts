import {
  countLeaves,
  DEFAULT_LOCK_CAPACITY,
  emptyState,
  formatTableName,
  LOCKS_PER_TABLE,
  type Operation,
  observeMeasures,
  observeState,
  observeTenants,
  type PartmanDocument,
  policyLevels,
  type SimulatedRun,
  type Simulation,
  type SimulationInput,
  simulateMaintenance,
  type TablePolicy,
} from '@partman/core'
import { Command } from 'commander'
import type { Bind } from '../bind.js'
import { EXIT_CODE, type ExitCode } from '../exit-code.js'
import { formatFinding } from '../format-finding.js'
import { formatCount, formatMinute, formatPrintable, formatTable } from '../format-text.js'
import { invalidInstant, parseInstant } from '../parse-instant.js'
import type { Session } from '../session.js'
import { withDatabase } from '../with-database.js'

interface SimulateOptions {
  readonly until: string
  readonly empty?: boolean
  readonly tenants: string
}

/** `partman simulate`. */
export function simulateCommand(bind: Bind): Command {
  return new Command('simulate')
    .description('show what maintenance will do until an instant, when and why; changes nothing')
    .requiredOption('--until <instant>', 'such as 2028-01-01 or 2028-01-01T12:00:00Z')
    .option('--empty', 'begin without partitions instead of what is in the database, which is not asked then')
    .option('--tenants <count>', 'with --empty: tenants of each set', '1')
    .action(bind(runSimulate))
}

async function runSimulate(session: Session, options: SimulateOptions): Promise<ExitCode> {
  const document = await session.document()
  const until = parseInstant(options.until)
  const { lockCapacity, ...start } = options.empty ? emptyStart(document, options) : await observedStart(session, document)
  if (until <= start.from) throw invalidInstant(options.until, 'is not in the future')
  const simulation = simulateMaintenance({ document, ...start, until, lockCapacity })
  print(session, simulation)
  const locks = Math.max(0, ...simulation.tables.map(({ largestStep }) => largestStep)) * LOCKS_PER_TABLE
  session.output.print(`\nThe largest step takes about ${locks} of the server's ${lockCapacity} locks.`)
  session.output.printJson({
    from: new Date(start.from).toISOString(),
    until: new Date(until).toISOString(),
    lockCapacity,
    findings: simulation.findings,
    runs: simulation.runs.map(({ at, operations }) => ({ at: new Date(at).toISOString(), operations })),
    tables: simulation.tables.map(({ policy, peakAt, largestStep, ...figures }) => ({
      model: policy.model,
      table: policy.table,
      notes: whatTimeLeaves(policy),
      ...figures,
      peakAt: new Date(peakAt).toISOString(),
      largestStep,
      locks: largestStep * LOCKS_PER_TABLE,
    })),
  })
  return EXIT_CODE.done
}

type Start = Pick<SimulationInput, 'state' | 'tenants' | 'removed' | 'settings' | 'holds' | 'from'> & { readonly lockCapacity: number }

function emptyStart(document: PartmanDocument, options: SimulateOptions): Start {
  const count = /^\d{1,5}$/.test(options.tenants) ? Number(options.tenants) : Number.NaN
  if (Number.isNaN(count)) throw invalidInstant(options.tenants, 'is not a number of tenants')
  const keys = Array.from({ length: count }, (_, index) => String(index + 1))
  const tenants = new Map(document.tenantSets.map(({ name }) => [name, keys]))
  return { state: emptyState(document), tenants, from: Date.now(), lockCapacity: DEFAULT_LOCK_CAPACITY }
}

function observedStart(session: Session, document: PartmanDocument): Promise<Start> {
  return withDatabase(session, async ({ database }) => {
    const observation = await observeMeasures(database, document, await observeState(database, document))
    const { now, lockCapacity } = observation.server
    const { tenants, removed, settings, holds } = await observeTenants(database, document, observation)
    return { state: observation.state, tenants, removed, settings, holds, from: Math.floor(now), lockCapacity }
  })
}

function print({ output }: Session, { runs, tables, findings }: Simulation): void {
  for (const finding of findings) output.print(formatFinding(finding, output))
  for (const run of runs) for (const line of formatRun(run)) output.print(line)
  if (runs.length > 0) output.print()
  const isMoving = tables.some(({ moved }) => moved > 0)
  const heading = ['table', 'created', 'detached', 'dropped', ...(isMoving ? ['moved'] : []), 'most at a time', 'first on', 'largest step']
  const rows = tables.map(({ policy, created, detached, dropped, moved, peak, peakAt, largestStep }) => [
    formatTableName(policy.table),
    String(created),
    String(detached),
    String(dropped),
    ...(isMoving ? [String(moved)] : []),
    String(peak),
    peak === 0 ? '-' : formatMinute(new Date(peakAt).toISOString()),
    String(largestStep),
  ])
  output.print(formatTable([heading, ...rows]))
  const notes = tables.flatMap(({ policy }) => whatTimeLeaves(policy).map((what) => `${formatTableName(policy.table)}: ${what}`))
  if (notes.length > 0) output.print()
  for (const note of notes) output.print(formatPrintable(note))
}

/** What becomes of a table by its rows alone, of which a simulation adds none. */
function whatTimeLeaves({ policy }: TablePolicy): string[] {
  const levels = policyLevels(policy)
  const numbers = levels.find((level) => level.kind === 'number-range')
  const sized = levels.some((level) => 'retention' in level && level.retention?.kind === 'size')
  return [
    ...(numbers ? [`partitions by ${numbers.by.column} come and go with its numbers, not with time`] : []),
    ...(sized ? ['retention by size goes by rows that are still to come'] : []),
  ]
}

const VERBS = {
  'create-partition': '+',
  'finalize-detach': '- finish',
  'clear-marker': '~ unmark',
  'drop-check': '~ take a CHECK off',
  'detach-partition': '- retire',
  'drop-partition': '- drop',
  'move-partition': '> move',
  'create-index': '+ index',
  'attach-index': '+ attach index',
} as const

/** One line for all steps of a kind that a run takes at a table, with the reason of the first. */
function formatRun({ at, operations }: SimulatedRun): string[] {
  const groups = new Map<string, Operation[]>()
  for (const operation of operations) {
    const key = `${formatTableName(operation.table)}\n${operation.kind}`
    groups.set(key, [...(groups.get(key) ?? []), operation])
  }
  return [...groups.values()].map((group) => {
    const [{ table, kind, reason, partition }] = group as [Operation]
    const more = `${group.length > 1 ? ` and ${group.length - 1} more` : ''}${formatLeaves(group)}`
    const when = formatMinute(new Date(at).toISOString()).padEnd(16)
    return formatPrintable(`${when}  ${formatTableName(table)}  ${VERBS[kind]} ${partition.name}${more}: ${reason}`)
  })
}

/** How many partitions for rows the steps make, where some make more than one. */
function formatLeaves(group: readonly Operation[]): string {
  const leaves = group.map((one) => (one.kind === 'create-partition' ? countLeaves([one.partition]) : 1))
  const sum = leaves.reduce((total, count) => total + count, 0)
  return sum > group.length ? ` with ${formatCount(sum, 'leaf partition')}` : ''
}
