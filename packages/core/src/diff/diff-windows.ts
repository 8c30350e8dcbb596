import type { RetentionPolicy, WindowPolicy } from '../policy/policy.js'
import type { TenantSettings } from '../policy/tenant-settings.js'
import type { Position } from '../state/position.js'
import { isFinitePosition, placeSpans, type RangeSpan } from '../state/range-span.js'
import type { Partition } from '../state/state.js'
import { type WantedWindow, wantDefault, wantWindow, windowsOfSeries } from '../state/want-partitions.js'
import { retentionFor } from '../state/want-state.js'
import type { Window, WindowSeries } from '../state/window-series.js'
import type { Difference } from './difference.js'
import { holdsOn, type Level, missing, type VisitedLevel } from './level.js'
import { diffRemoved, removalOf } from './removed-tenant.js'
import { retireBefore, type SizedSpan } from './retire-before.js'

type WindowLevel = Level & { readonly policy: WindowPolicy }

/** Compares a level of windows, series by series; returns the partitions that leave, below which nobody looks. */
export function diffWindows(level: WindowLevel, visited: VisitedLevel[], differences: Difference[]): ReadonlySet<Partition> {
  const { wanted, policy, parent, settings } = level
  const leaving = new Set<Partition>()
  const series = wanted.series(policy, parent.highestKey ?? null)
  const spans = placeSpans(policy, series.axis, parent.partitions)
  const settingsOf = (tenant: string | null) => (tenant === null ? settings : wanted.settings.get(tenant))
  // What is the past of one tenant is not that of another: each counts its own numbers.
  const seriesOf = (tenant: string | null) =>
    tenant === null || policy.kind === 'range' ? series : wanted.series(policy, parent.highestKeyOf?.get(tenant) ?? null)
  visited.push({ parent, policy, tenant: level.tenant, above: level.spans, seriesOf, spans, settingsOf })
  for (const partition of spans.unplaced) differences.push({ kind: 'bound-unplaced', wanted, parent, partition })
  if (parent.unread) differences.push({ kind: 'level-unread', wanted, parent, unread: parent.unread })
  // Without the highest key there is no present to count from.
  if (parent.unread?.what === 'highest-key') return leaving
  // Beside a bound that cannot be read, what looks free may be taken.
  if (spans.unplaced.length > 0) return leaving
  if (!parent.partitions.some(({ bound }) => bound.kind === 'default')) {
    for (const one of wantDefault(policy)) differences.push(missing(level, one, { holdsPresent: false }))
  }
  const tenants = policy.prefix ? new Set([...wanted.tenants, ...spans.series.keys()]) : [null]
  for (const tenant of tenants) {
    const found = spans.series.get(tenant) ?? []
    const removals = tenant === null ? [] : found.map(({ partition }) => [partition, removalOf(wanted, partition)] as const)
    if (removals.some(([, removal]) => removal !== null)) {
      for (const [partition, removal] of removals) {
        if (removal && !partition.detachPending) diffRemoved(level, partition, removal, leaving, differences)
      }
      continue
    }
    const one = { tenant, series: seriesOf(tenant), found, settings: settingsOf(tenant) }
    diffSeries(level, one, leaving, differences)
  }
  return leaving
}

interface Series {
  readonly tenant: string | null
  readonly series: WindowSeries
  readonly found: readonly RangeSpan[]
  readonly settings: TenantSettings | undefined
}

function diffSeries(level: WindowLevel, one: Series, leaving: Set<Partition>, differences: Difference[]): void {
  const { wanted, policy, parent } = level
  const { series, found, tenant } = one
  const endOfPresent = series.window(0)?.to ?? series.present
  const ahead = farAhead(policy, one, endOfPresent)
  if (ahead) differences.push({ kind: 'series-ahead', wanted, parent, partition: ahead.partition })
  const isNear = (window: WantedWindow) => window.to > series.present && window.from <= endOfPresent
  // Where there are no rows, nobody knows which number is the present.
  const isEmpty = policy.kind === 'number-range' && (tenant === null ? parent.highestKey : parent.highestKeyOf?.get(tenant)) == null
  const retention = parent.unread || isEmpty ? null : retentionFor(policy, one.settings, series)
  const history = { ...one, found: withoutHeldPast(level, retention, one) }
  const free = freeWindows(policy, one).filter((window) => !isBeforeHistory(window, one) && !isBeforeHistory(window, history))
  const cutoff = retireBefore(retention, series, inOrder(found, free))
  for (const window of free) {
    // A remnant that has passed its retention already is not missing any more.
    if (cutoff !== null && window.to <= cutoff) continue
    const time = window.to <= series.present ? 'past' : isNear(window) ? 'near' : 'ahead'
    differences.push(missing(level, window, { holdsPresent: time === 'near' && window.from <= series.present, time }))
  }
  if (retention === null || cutoff === null) return
  for (const { partition, to } of found) {
    if (!isFinitePosition(to) || to > cutoff || partition.detachPending) continue
    const holds = holdsOn(level, partition.bound, tenant)
    // What a hold keeps is kept as a whole, and looked after like any other.
    if (holds.length === 0) leaving.add(partition)
    // What is not ours to drop is told of, and kept.
    if (partition.alien) differences.push({ kind: 'relation-alien', wanted, relation: partition, alien: partition.alien })
    else differences.push({ ...expired(level, partition, retention, to, one), holds })
  }
}

/** So many windows more than twice those that are made ahead are missing in the future: who made what comes after them had another clock. */
const FAR_AHEAD = 5

/** The first partition of a series by time after such a gap. One without an end is there for whatever may come. */
function farAhead(policy: WindowPolicy, { series, found, settings }: Series, endOfPresent: bigint): RangeSpan | undefined {
  if (policy.kind !== 'range' || (series.start !== null && series.start > series.present)) return undefined
  const limit = 2 * (settings?.premake ?? policy.premake) + FAR_AHEAD
  let end = endOfPresent
  for (const span of found) {
    if (span.from < endOfPresent || !isFinitePosition(span.from)) continue
    if (!isFinitePosition(span.to)) return undefined
    if (span.from > end && series.offsetAt(span.from) - series.offsetAt(end) > limit) return span
    end = span.to
  }
  return undefined
}

/**
 * The found spans without those that a hold alone keeps. By size nothing else says where the history begins, and what has gone between
 * one of them and the next would be made again.
 */
function withoutHeldPast(level: WindowLevel, retention: RetentionPolicy | null, { series, found, tenant }: Series): readonly RangeSpan[] {
  if (retention?.kind !== 'size' || level.wanted.holds.length === 0) return found
  const cutoff = retireBefore(retention, series, inOrder(found, []))
  return found.filter(({ partition, to }) => cutoff === null || to > cutoff || holdsOn(level, partition.bound, tenant).length === 0)
}

/** The window in which the oldest partition begins may begin before it, on another grid; what lies between is past, and no gap. */
function isBeforeHistory({ to }: WantedWindow, { series, found: [oldest] }: Series): boolean {
  return oldest !== undefined && to <= oldest.from && to <= series.present && (series.start === null || to <= series.start)
}

function expired(
  { wanted, parent, tenant, references }: WindowLevel,
  partition: Partition,
  retention: RetentionPolicy,
  to: bigint,
  { series, tenant: own }: Series,
): Omit<Extract<Difference, { kind: 'partition-expired' }>, 'holds'> {
  return {
    kind: 'partition-expired',
    wanted,
    parent,
    partition,
    cause: retention,
    tenant: own ?? tenant,
    upper: series.axis.format(to),
    isCurrent: to > series.present,
    siblings: parent.partitions.length - 1,
    references,
  }
}

/** The parts of the wanted windows that no found span covers. */
function freeWindows(policy: WindowPolicy, { tenant, series, found, settings }: Series): WantedWindow[] {
  const free: WantedWindow[] = []
  let next = 0
  for (const window of windowsOfSeries(policy, series, found, settings)) {
    while (next < found.length && found[next]!.to <= window.from) next++
    // A part of it bridges from a foreign grid to ours.
    for (const [from, to] of uncovered(window, found, next)) free.push(wantWindow(series, tenant, window, { from, to }))
  }
  return free
}

/** The parts of a wanted window that no found span covers; `first` is the first found span that may touch it. */
function uncovered(window: Window, found: readonly RangeSpan[], first: number): [bigint, bigint][] {
  const parts: [bigint, bigint][] = []
  let from: Position = window.from
  for (let index = first; index < found.length && from < window.to; index++) {
    const span = found[index]!
    if (span.from >= window.to) break
    if (isFinitePosition(from) && isFinitePosition(span.from) && span.from > from) parts.push([from, span.from])
    if (span.to > from) from = span.to
  }
  if (isFinitePosition(from) && from < window.to) parts.push([from, window.to])
  return parts
}

/** The series as it will be: found spans and those to be made. */
function inOrder(found: readonly RangeSpan[], free: readonly WantedWindow[]): readonly SizedSpan[] {
  const spans: SizedSpan[] = found.map(({ from, to, partition }) => ({ from, to, bytes: partition.bytes ?? 0 }))
  if (free.length === 0) return spans
  for (const { from, to } of free) spans.push({ from, to, bytes: 0 })
  return spans.sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))
}
