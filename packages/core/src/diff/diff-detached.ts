import type { TableName } from '../policy/document.js'
import type { RetentionPolicy } from '../policy/policy.js'
import { parseSize } from '../policy/size.js'
import { keyAxis } from '../state/key-axis.js'
import { isFinitePosition, placeRange, tenantIn } from '../state/range-span.js'
import { type DetachedPartition, sameTable } from '../state/state.js'
import { retentionFor, type WantedTable } from '../state/want-state.js'
import type { Difference } from './difference.js'
import { holdsOn, type VisitedLevel } from './level.js'
import { diffRemovedDetached } from './removed-tenant.js'
import { retireBefore } from './retire-before.js'

/** Judges a retired partition anew: its retention may have been lengthened since, and then it is kept. Undefined where nothing can be told. */
export function diffDetached(
  wanted: WantedTable,
  partition: DetachedPartition,
  visited: readonly VisitedLevel[],
  references: readonly TableName[],
  detached: readonly DetachedPartition[],
): Difference | undefined {
  if (partition.alien) return { kind: 'relation-alien', wanted, relation: partition, alien: partition.alien }
  const level = visited.find(({ parent }) => sameTable(parent, partition.marker.parent))
  if (level?.parent.unread) return undefined
  const own = level ? tenantIn(partition.marker.bound) : null
  const removed = diffRemovedDetached(wanted, partition, references, detached)
  if (removed) return removed
  return {
    kind: 'partition-detached',
    wanted,
    partition,
    expired: level ? stillExpired(partition, level) : null,
    references,
    tenant: own ?? level?.tenant ?? null,
    isParentKept: level !== undefined,
    // Where nobody knows what it was a part of, nothing is dropped either.
    holds: level ? holdsOn({ ...level, wanted, spans: level.above }, partition.marker.bound, own) : [],
  }
}

function stillExpired(
  { marker, bytes = 0 }: DetachedPartition,
  { policy, seriesOf, spans, settingsOf }: VisitedLevel,
): RetentionPolicy | null {
  const { bound } = marker
  const place = bound.kind === 'range' ? placeRange(policy, keyAxis(policy), bound.from, bound.to) : undefined
  if (!place || !isFinitePosition(place.to)) return null
  const series = seriesOf(place.tenant)
  if (place.to > series.present) return null
  const retention = retentionFor(policy, settingsOf(place.tenant), series)
  const attached = (spans.series.get(place.tenant) ?? []).map(({ from, to, partition }) => ({ from, to, bytes: partition.bytes ?? 0 }))
  switch (retention?.kind) {
    case 'age': {
      const cutoff = retireBefore(retention, series, [])
      return cutoff !== null && place.to <= cutoff ? retention : null
    }
    case 'count':
      return attached.filter(({ from, to }) => from >= place.to && to <= series.present).length >= retention.partitions ? retention : null
    case 'size':
      // One that a hold keeps is attached still, and older than what is weighed.
      return attached.reduce((sum, one) => (one.from >= place.to ? sum + one.bytes : sum), 0) + bytes > parseSize(retention.size)
        ? retention
        : null
    case undefined:
      return null
  }
}
