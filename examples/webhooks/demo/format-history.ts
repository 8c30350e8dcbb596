import { formatDay } from './format-text.js'
import type { DemoTable, Ledger } from './ledger.js'
import type { SeenPartition } from './partition-history.js'
import { type Fate, formatRibbons, type Paint, type RibbonCell, type RibbonLine } from './ribbon.js'
import type { Simulation } from './simulate.js'
import { DAY_MS, windowOf } from './windows.js'

/** Days between the dates above a ribbon. */
const TICK_EVERY = 10

/** The ribbons of a table, one for each project where it has projects. */
export function formatHistory(
  table: DemoTable,
  { history, projects, ledger }: Simulation,
  now: number,
  width: number,
  paint?: Paint,
): string[] {
  const owners = table === 'AuditLog' ? [{ id: null, slug: 'everybody' }] : projects
  const partitions = owners.map(({ id, slug }) => ({ slug, projectId: id, partitions: history.of(table, id) }))
  const windows = [...new Set(partitions.flatMap((owner) => owner.partitions.map(({ from }) => from)))].sort((a, b) => a - b)
  const rows = countRows(table, ledger)
  const lines: RibbonLine[] = partitions.map(({ slug, partitions }) => ({
    label: slug,
    cells: windows.map((from) =>
      cellOf(
        partitions.find((partition) => partition.from === from),
        rows,
        now,
      ),
    ),
  }))
  const isDaily = (windows[1] ?? 0) - (windows[0] ?? 0) === DAY_MS
  const ticks = windows.flatMap((from, cell) =>
    (isDaily ? cell % TICK_EVERY === 0 : cell === 0) ? [{ cell, label: formatDay(from) }] : [],
  )
  return formatRibbons(lines, ticks, width, paint)
}

function cellOf(partition: SeenPartition | undefined, rows: ReadonlyMap<string, number>, now: number): RibbonCell | undefined {
  return partition && { fate: fateOf(partition, now), rows: rows.get(partitionKey(partition.projectId, partition.from)) ?? 0 }
}

function fateOf({ state, from, until }: SeenPartition, now: number): Fate {
  if (state !== 'attached') return state
  if (from > now) return 'ahead'
  return until > now ? 'current' : 'kept'
}

function countRows(table: DemoTable, ledger: Ledger): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { projectId, at } of ledger.of(table).values()) {
    const key = partitionKey(table === 'AuditLog' ? null : projectId, windowOf(table, at).from)
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}

function partitionKey(projectId: string | null, from: number): string {
  return `${projectId ?? ''} ${from}`
}
