import type { RangeDatum } from '../state/bound.js'
import { EARLIEST, formatPosition, LATEST, type Position, parsePosition } from '../state/position.js'
import { type Partition, type PartitionKey, type State, sameTable } from '../state/state.js'
import type { WantedTable } from '../state/want-state.js'
import { diffIndexes } from './diff-indexes.js'
import type { Difference } from './difference.js'

/** Lists how the found state differs from what is wanted, table by table, comparing bounds and never names. */
export function diffState(wanted: readonly WantedTable[], found: State): Difference[] {
  return wanted.flatMap((one) => [...diffTable(one, found)])
}

interface Level {
  readonly schema: string
  readonly name: string
  readonly partitionBy: PartitionKey | null
  readonly partitions: readonly Partition[]
}

function* diffTable(wanted: WantedTable, found: State): Generator<Difference> {
  const table = found.tables.find((one) => sameTable(one, wanted.table))
  if (!table) {
    yield { kind: 'table-missing', wanted }
    return
  }
  if (!table.partitionBy) {
    yield { kind: 'table-plain', wanted }
    return
  }
  yield* diffLevel(wanted, wanted.table, table)
  for (const partition of found.detached) {
    if (sameTable(partition.marker.table, wanted.table)) yield { kind: 'partition-detached', wanted, partition }
  }
  yield* diffIndexes(wanted, table, found.unfinishedIndexes ?? [])
}

function* diffLevel(wanted: WantedTable, want: Level, found: Level): Generator<Difference> {
  if (!want.partitionBy) return
  if (!sameKey(want.partitionBy, found.partitionBy)) {
    yield { kind: 'key-different', wanted, at: found, wantedKey: want.partitionBy, foundKey: found.partitionBy }
    return
  }
  for (const partition of found.partitions) {
    if (partition.detachPending) yield { kind: 'detach-unfinished', wanted, parent: found, partition }
    else if (partition.marked) yield { kind: 'marker-stale', wanted, parent: found, partition }
    if (partition.bound.kind === 'default' && !partition.detachPending) yield { kind: 'default-present', wanted, parent: found, partition }
  }
  if (want.partitionBy.method === 'list') yield* diffList(wanted, want, found)
  else yield* diffRange(wanted, want, found)
}

function* diffList(wanted: WantedTable, want: Level, found: Level): Generator<Difference> {
  const holders = new Map<string | null, Partition>()
  for (const partition of found.partitions) {
    if (partition.bound.kind === 'list') for (const value of partition.bound.values) holders.set(value, partition)
  }
  const compared = new Set<Partition>()
  for (const partition of want.partitions) {
    const value = partition.bound.kind === 'list' ? partition.bound.values[0] : undefined
    const holder = value === undefined ? undefined : holders.get(value)
    if (!holder) yield { kind: 'partition-missing', wanted, parent: found, partition }
    else if (!compared.has(holder) && !holder.detachPending) yield* diffLevel(wanted, partition, holder)
    if (holder) compared.add(holder)
  }
}

interface Span {
  readonly from: Position
  readonly to: Position
  readonly partition: Partition
}

function* diffRange(wanted: WantedTable, want: Level, found: Level): Generator<Difference> {
  const spans = rangeSpans(found.partitions)
  let next = 0
  for (const span of rangeSpans(want.partitions)) {
    while (next < spans.length && spans[next]!.to <= span.from) next++
    for (const [from, to] of uncovered(span, spans, next)) {
      // A remnant that has passed its retention already is not missing any more.
      if (wanted.retireBefore !== null && to <= wanted.retireBefore) continue
      yield { kind: 'partition-missing', wanted, parent: found, partition: narrowed(wanted, span, from, to) }
    }
  }
  for (const { partition, to } of spans) {
    const expired = wanted.retireBefore !== null && typeof to === 'bigint' && to <= wanted.retireBefore
    if (expired && !partition.detachPending) {
      yield { kind: 'partition-expired', wanted, parent: found, partition, upper: to, siblings: spans.length - 1 }
    }
  }
}

/** The range partitions of one level in order; they never overlap, PostgreSQL sees to that. */
function rangeSpans(partitions: readonly Partition[]): Span[] {
  const spans: Span[] = []
  for (const partition of partitions) {
    if (partition.bound.kind !== 'range') continue
    const from = positionOf(partition.bound.from)
    const to = positionOf(partition.bound.to)
    if (from !== undefined && to !== undefined) spans.push({ from, to, partition })
  }
  return spans.sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))
}

function positionOf(datums: readonly RangeDatum[]): Position | undefined {
  return datums.length === 1 ? parsePosition(datums[0]!) : undefined
}

/** The parts of a wanted span that no found span covers; `first` is the first found span that may touch it. */
function* uncovered(span: Span, spans: readonly Span[], first: number): Generator<[Position, Position]> {
  let from = span.from
  for (let index = first; index < spans.length && from < span.to; index++) {
    const found = spans[index]!
    if (found.from >= span.to) break
    if (found.from > from) yield [from, found.from]
    if (found.to > from) from = found.to
  }
  if (from < span.to) yield [from, span.to]
}

/** A wanted partition with the bound of the part that is free: it bridges from a foreign grid to ours. */
function narrowed(wanted: WantedTable, span: Span, from: Position, to: Position): Partition {
  if (from === span.from && to === span.to) return span.partition
  const policy = wanted.policy.policy.kind === 'range' ? wanted.policy.policy : wanted.policy.policy.subpartition
  return { ...span.partition, bound: { kind: 'range', from: [datumAt(policy.by.type, from)], to: [datumAt(policy.by.type, to)] } }
}

function datumAt(type: Parameters<typeof formatPosition>[0], position: Position): RangeDatum {
  if (position === EARLIEST) return 'minvalue'
  if (position === LATEST) return 'maxvalue'
  return { value: formatPosition(type, position as bigint) }
}

function sameKey(a: PartitionKey, b: PartitionKey | null): boolean {
  return (
    b !== null && a.method === b.method && a.columns.length === b.columns.length && a.columns.every((column, i) => column === b.columns[i])
  )
}
